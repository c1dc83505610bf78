//! What the command line says.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// What the command line says.
pub struct Options {
    /// Only for this machine: the pages let everybody in who sits at it.
    pub address: SocketAddr,
    pub folder: PathBuf,
    pub traffic: u64,
}

impl Options {
    pub const USAGE: &'static str = "\
usage: [--port N] [--traffic N] [--folder FOLDER]
--port N         where to listen on 127.0.0.1; 0 takes a free port (5000)
--traffic N      sends itself N requests first, most of which fail (60)
--folder FOLDER  where the databases are (shop-data)";

    /// Reads the command line; `None` stands for what is not understood.
    pub fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let (mut port, mut traffic, mut folder) = (5000, 60, PathBuf::from("shop-data"));
        while let Some(word) = words.next() {
            let value = words.next()?;
            match word.as_str() {
                "--port" => port = value.parse().ok()?,
                "--traffic" => traffic = value.parse().ok()?,
                "--folder" => folder = value.into(),
                _ => return None,
            }
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Some(Self { address, folder, traffic })
    }

    /// Says where the shop and the pages are.
    pub fn greet(&self, address: SocketAddr) {
        let port = address.port();
        println!("the shop:    http://localhost:{port}");
        println!("what failed: http://localhost:{port}/dev/error");
        println!("the files:   {}", self.folder.display());
    }
}
