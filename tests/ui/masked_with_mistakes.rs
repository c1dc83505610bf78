use error_tracker::Masked;

#[derive(Masked)]
#[masked(show)]
struct Account {
    #[masked(shwo)]
    id: u64,
    #[masked]
    iban: String,
    #[masked(hide)]
    #[masked(crate = x)]
    name: String,
}

#[derive(Masked)]
union Either {
    whole: u32,
    half: u16,
}

struct Opaque;

#[derive(Masked)]
struct Shown {
    hidden: Opaque,
    #[masked(show)]
    shown: Opaque,
}

fn main() {}
