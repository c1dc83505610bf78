//! People: how they sign up, and what they say about the goods.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use error_tracker::{scope, track_exception};
use serde::Deserialize;

use super::Shop;

pub const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS customers (email TEXT PRIMARY KEY, greeted INTEGER NOT NULL DEFAULT 0);
";

/// Where the mail server would be; nobody is there.
const MAIL_SERVER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, Deserialize)]
pub struct SignUp {
    pub email: String,
    pub password: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    #[error("the customer can't be written down")]
    Books(#[from] rusqlite::Error),
    #[error("the welcome mail can't be sent")]
    Mail(#[source] io::Error),
}

#[derive(Debug, thiserror::Error)]
#[error("the photo is neither PNG nor JPEG: {size} bytes beginning with {head:?}")]
pub struct PhotoError {
    size: usize,
    head: String,
}

impl Shop {
    /// Writes a customer down, and greets.
    #[track_exception(skip(self))]
    pub fn sign_up(&self, email: &str, password: &str) -> Result<(), SignUpError> {
        let _scope = scope!(password_length = password.len());
        let sql = "INSERT OR IGNORE INTO customers (email) VALUES (?1)";
        self.books().execute(sql, [email])?;
        greet(email).map_err(SignUpError::Mail)?;
        let sql = "UPDATE customers SET greeted = 1 WHERE email = ?1";
        self.books().execute(sql, [email])?;
        Ok(())
    }

    /// Takes a review with its photo.
    #[track_exception(skip(self))]
    pub fn review(&self, text: &str, photo: &[u8]) -> Result<usize, PhotoError> {
        let is_picture = photo.starts_with(b"\x89PNG") || photo.starts_with(b"\xff\xd8");
        if !is_picture {
            let head = String::from_utf8_lossy(&photo[..photo.len().min(8)]).into_owned();
            return Err(PhotoError { size: photo.len(), head });
        }
        Ok(text.len() + photo.len())
    }
}

#[track_exception]
fn greet(email: &str) -> io::Result<()> {
    let mut line = TcpStream::connect_timeout(&MAIL_SERVER, PATIENCE)?;
    write!(line, "RCPT TO:<{email}>\r\n")
}
