//! What the handlers of all frameworks do.

use std::error::Error;
use std::fmt;

use error_tracker::{
    breadcrumb, set_extra, set_tag, set_user, track_exception, InScope as _, Scope,
};
use error_tracker_tests::errors::{Disk, Load};
use tokio::sync::Barrier;

/// Fails with the number of the user.
#[track_exception]
pub fn charge(user_id: u32, card_secret: &str) -> Result<u32, Disk> {
    if card_secret.is_empty() {
        return Ok(0);
    }
    Err(Disk(user_id))
}

/// Passes on what failed, after it waited.
#[track_exception]
pub async fn checkout(user_id: u32) -> Result<u32, Disk> {
    tokio::task::yield_now().await;
    charge(user_id, "4929 1234")
}

/// Panics where there is nothing.
#[track_exception]
pub fn shelf(at: usize, api_token: &str) -> usize {
    [1, 2, 3][at] + api_token.len()
}

/// Recovers from what failed.
pub fn recovered() -> String {
    match charge(3, "4929 1234") {
        Ok(_) => "charged".to_owned(),
        Err(error) => format!("went on after {error}"),
    }
}

/// An error with causes, which no annotated function has seen.
#[derive(Debug)]
pub struct Refused(pub Load);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("refused for now")
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

pub fn refused() -> Refused {
    Refused(Load(Disk(8)))
}

/// Fails when another request has come as far.
pub async fn turn(who: &str, both: &Barrier) -> Result<u32, Disk> {
    set_extra("who", who);
    set_tag("who", who);
    set_user(who);
    breadcrumb!("began", who = who);
    both.wait().await;
    set_extra("later", who);
    both.wait().await;
    checkout(who.len() as u32).await
}

/// Lets a task and a thread work for the request, and both fail.
pub async fn spawned(user: u32) -> String {
    set_extra("who", "spawner");
    let task = tokio::spawn(checkout(user).in_current_scope());
    let scope = Scope::current();
    let thread = tokio::task::spawn_blocking(move || scope.run(|| charge(user + 1, "4929 1234")));
    let failed = [task.await, thread.await].iter().flatten().filter(|done| done.is_err()).count();
    format!("{failed} failed")
}
