//! Holds the promise of `Masked<T>` and of the derive: by type, whatever the names are.

use std::marker::PhantomData;

use error_tracker::{scope, testing::record, track_exception, Masked};
use error_tracker_tests::{local, only};
use serde::{Deserialize, Serialize};

/// Has no trait at all.
struct Key;

#[track_exception]
fn open(owned: Masked<String>, lent: &Masked<Key>, number: Masked<u64>) -> Result<(), String> {
    let _ = (owned.expose().len(), lent, number);
    Err("the vault stays shut".into())
}

#[test]
fn a_masked_argument_shows_the_masking_text_by_value_and_by_reference() {
    let open = || open("hunter2".to_owned().into(), &Masked::new(Key), 4711.into());
    let event = only(record(open));
    for name in ["owned", "lent", "number"] {
        assert_eq!(local(&event.frames[0], name), "*****", "{name}");
    }
}

#[derive(Clone, Debug)]
struct Mailer {
    #[allow(dead_code, reason = "shown")]
    host: &'static str,
    login: Masked<&'static str>,
}

#[track_exception]
fn send(mailer: &Mailer) -> Result<(), String> {
    let _scope = scope!(login = mailer.login);
    Err(format!("no mail to {} with {}", mailer.host, mailer.login))
}

#[test]
fn fields_context_and_messages_show_the_masking_text() {
    let event = only(record(|| send(&Mailer { host: "mx", login: Masked::new("hunter2") })));
    let shown = local(&event.frames[0], "mailer");
    assert_eq!(shown, "Mailer { host: \"mx\", login: ***** }");
    assert_eq!(event.message, "no mail to mx with *****");
    assert!(!serde_json::to_string(&event).expect("an event is JSON").contains("hunter2"));
}

#[test]
fn a_masked_value_is_masked_in_the_scope_it_stands_in() {
    let event = only(record(|| {
        let _scope = scope!(login = Masked::new("hunter2"));
        error_tracker::capture_message!("a test")
    }));
    assert_eq!(event.context["login"], "*****");
}

#[derive(Masked)]
#[allow(dead_code, reason = "never read, as they are hidden")]
struct Account<'a, T, C: Iterator> {
    #[masked(show)]
    id: u64,
    iban: &'a str,
    key: T,
    #[masked(show)]
    first: Option<C::Item>,
    #[masked(show)]
    r#type: &'a str,
}

#[derive(Masked)]
#[allow(dead_code, reason = "never read, as they are hidden")]
struct Pair(#[masked(show)] u8, Key);

#[derive(Masked)]
struct Unit;

#[derive(Masked)]
enum Never {}

#[derive(Masked)]
#[allow(dead_code, reason = "never read, as they are hidden")]
enum Login<T> {
    Nobody,
    Basic { user: String, pass: T },
    Key(#[masked(show)] u32, String),
    Of(PhantomData<T>),
}

#[test]
fn the_derive_hides_every_field_that_is_not_marked() {
    let account = Account::<_, std::vec::IntoIter<u8>> {
        id: 7,
        iban: "DE02",
        key: Key,
        first: Some(1),
        r#type: "a",
    };
    assert_eq!(
        format!("{account:?}"),
        "Account { id: 7, iban: *****, key: *****, first: Some(1), type: \"a\" }"
    );
    assert_eq!(format!("{:?} {Unit:?}", Pair(1, Key)), "Pair(1, *****) Unit");
    assert_eq!(format!("{:?}", None::<Never>), "None");
}

#[test]
fn the_derive_goes_on_enums_and_generic_types() {
    let basic = Login::Basic { user: "joe".into(), pass: Key };
    assert_eq!(format!("{basic:?}"), "Basic { user: *****, pass: ***** }");
    assert_eq!(format!("{:#?}", Login::<Key>::Key(7, "k".into())), "Key(\n    7,\n    *****,\n)");
    assert_eq!(
        format!("{:?} {:?}", Login::<Key>::Nobody, Login::<Key>::Of(PhantomData)),
        "Nobody Of(*****)"
    );
}

#[test]
fn a_masked_field_is_read_as_itself_and_never_written() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Settings {
        login: Masked<(String, u16)>,
    }
    let read: Settings = serde_json::from_str(r#"{"login": ["joe", 25]}"#).expect("it fits");
    assert_eq!(read.login.expose(), &("joe".to_owned(), 25));
    assert_eq!(serde_json::to_string(&read).expect("it writes"), r#"{"login":"*****"}"#);
}
