use error_tracker::track_exception;
use std::rc::Rc;

#[track_exception]
async fn count(list: Rc<Vec<u8>>) -> Result<usize, String> {
    std::future::ready(()).await;
    Ok(list.len())
}

fn needs_send(_: impl Send) {}

fn main() {
    needs_send(count(Rc::default()));
}
