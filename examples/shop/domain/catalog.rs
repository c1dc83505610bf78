//! Products, their pictures and categories.

use error_tracker::{capture_message, track_exception};
use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};

use super::Shop;

pub const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS products (sku TEXT PRIMARY KEY, name TEXT NOT NULL, stock INTEGER NOT NULL);
    INSERT OR IGNORE INTO products VALUES ('MUG-1', 'Mug', 3), ('TEA-7', 'Assam, 250 g', 80);
    CREATE TABLE IF NOT EXISTS categories (name TEXT PRIMARY KEY, parent TEXT);
    INSERT OR IGNORE INTO categories VALUES ('mugs', 'kitchen'), ('kitchen', 'home'), ('home', 'mugs');
";
/// Nobody sorts goods into categories deeper than this.
const DEEPEST: u32 = 60;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Product {
    pub sku: String,
    pub name: String,
    #[serde(default)]
    pub stock: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("there is no product {sku}")]
    NoSuchProduct { sku: String },
    #[error("the catalog can't be read")]
    Books(#[from] rusqlite::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum CategoryError {
    #[error("category {name:?} is its own ancestor")]
    Loop { name: String },
    #[error("the categories can't be read")]
    Books(#[from] rusqlite::Error),
}

impl Shop {
    /// Finds a product; that there is none is nothing to record.
    #[track_exception(skip(self), ignore(CatalogError::NoSuchProduct { .. }))]
    pub fn product(&self, sku: &str) -> Result<Product, CatalogError> {
        let sql = "SELECT sku, name, stock FROM products WHERE sku = ?1";
        let found = self.books().query_row(sql, [sku], |row| {
            Ok(Product { sku: row.get(0)?, name: row.get(1)?, stock: row.get(2)? })
        });
        let found = found.optional()?;
        let product = found.ok_or_else(|| CatalogError::NoSuchProduct { sku: sku.to_owned() })?;
        if product.stock < 5 {
            let (sku, left) = (&product.sku, product.stock);
            capture_message!(level = warning, left = left; "stock of {sku} is low");
        }
        Ok(product)
    }

    /// Adds a product; a number that is taken is the database's to find.
    #[track_exception(skip(self), source)]
    pub fn add_product(&self, product: &Product) -> Result<(), rusqlite::Error> {
        let sql = "INSERT INTO products (sku, name, stock) VALUES (?1, ?2, ?3)";
        self.books().execute(sql, (&product.sku, &product.name, product.stock))?;
        Ok(())
    }

    /// Makes a small picture of a large one.
    #[track_exception(skip(self), source)]
    pub fn thumbnail(&self, pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
        let row = pixels.len() / height;
        let mut small = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                small.push(pixels[y * row + x]);
            }
        }
        small
    }

    /// Returns the categories above one, nearest first.
    #[track_exception(skip(self))]
    pub fn above(&self, category: &str, depth: u32) -> Result<Vec<String>, CategoryError> {
        if depth >= DEEPEST {
            return Err(CategoryError::Loop { name: category.to_owned() });
        }
        let sql = "SELECT parent FROM categories WHERE name = ?1";
        let parent = self.books().query_row(sql, [category], |row| row.get(0)).optional()?;
        let Some(parent): Option<String> = parent else { return Ok(Vec::new()) };
        let mut above = self.above(&parent, depth + 1)?;
        above.insert(0, parent);
        Ok(above)
    }
}
