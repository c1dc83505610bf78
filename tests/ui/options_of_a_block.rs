use error_tracker::auto_track_exception;

struct Shop;

#[auto_track_exception(silent = Ok(()), skip(user), context(id = user, shop = 1), name = "x")]
impl Shop {
    fn charge(&self, user: u64) -> Result<(), String> {
        Err(user.to_string())
    }
}

fn main() {
    Shop.charge(7).unwrap_err();
}
