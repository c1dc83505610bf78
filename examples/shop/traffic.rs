//! Sends the shop some traffic, from inside.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::doors::{Door, DOORS};

/// How customers call the shop.
const HOST: &str = "shop.example";

/// Begins to send so many requests, and tells when they are answered.
pub fn start(address: SocketAddr, requests: u64) {
    std::thread::spawn(move || match send(address, requests) {
        Ok(()) => println!("the traffic: {requests} requests sent"),
        Err(error) => println!("the traffic ended early: {error}"),
    });
}

/// One after the other; which ones is the same on every run.
fn send(address: SocketAddr, requests: u64) -> io::Result<()> {
    let mut dice = Dice(42);
    for _ in 0..requests {
        let door = &DOORS[dice.roll(DOORS.len() as u64) as usize];
        knock(address, door, dice.roll(1000))?;
    }
    Ok(())
}

fn knock(address: SocketAddr, door: &Door, number: u64) -> io::Result<()> {
    let mut line = TcpStream::connect(address)?;
    let path = door.path_with(number);
    let mut head = format!(
        "{} {path} HTTP/1.1\r\nhost: {HOST}\r\nuser-agent: shop-traffic\r\nconnection: close\r\n",
        door.method
    );
    if !door.body.is_empty() {
        let (kind, length) = (door.content_type, door.body.len());
        head += &format!("content-type: {kind}\r\ncontent-length: {length}\r\n");
    }
    line.write_all(format!("{head}\r\n{}", door.body).as_bytes())?;
    line.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A generator after Marsaglia: xorshift.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
