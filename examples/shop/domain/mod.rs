//! What the shop does, and how that goes wrong; it knows nothing of web frameworks.

pub mod catalog;
pub mod checkout;
pub mod customers;
pub mod suppliers;

use std::path::Path;
use std::sync::Mutex;

use rusqlite::Connection;

/// The shop and its books.
pub struct Shop {
    books: Mutex<Connection>,
    warehouse: suppliers::Warehouse,
}

impl Shop {
    /// Opens the shop's database, and fills it if it is new.
    pub fn open(file: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let books = Connection::open(file)?;
        books.execute_batch(catalog::TABLES)?;
        books.execute_batch(customers::TABLES)?;
        Ok(Self { books: Mutex::new(books), warehouse: suppliers::Warehouse::open()? })
    }

    /// The books stay in use after a panic: each change of them is one statement.
    fn books(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.books.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
