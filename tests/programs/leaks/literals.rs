//! Paths on which a secret stands in the source code: expressions, messages, embedded text.

use error_tracker::{capture_message, set_tag, track_exception};
use error_tracker_tests::leaks::FORMS;

fn refuse(text: &str) -> Result<(), String> {
    Err(format!("{} bytes were refused", text.len()))
}

macro_rules! functions {
    ($($text:literal $secret:literal;)*) => {
        /// One function for each form.
        const EXPRESSIONS: &[fn()] = &[$(|| {
            #[track_exception]
            fn expression() -> Result<(), String> {
                refuse($text)?;
                Ok(())
            }
            set_tag("path", "expression");
            assert!(expression().is_err());
        }),*];
    };
}

error_tracker_tests::literals!(functions);

pub fn run(form: &str) {
    let at = FORMS.iter().position(|known| *known == form).expect("the form is known");
    EXPRESSIONS[at]();
    set_tag("path", "embedded source");
    assert!(embedded().is_err());
    set_tag("path", "message literal");
    messages();
}

/// A message's literal is a format string, of which the text before values go in is kept too.
fn messages() {
    capture_message!("login with password=tealobservatory failed");
    capture_message!("login {{ user: 7, token: \"plumcartwheel\" }} failed");
    capture_message!("{{\"api_key\":\"ivoryscaffold\",\"n\":1}}");
    capture_message!("GET /reset?id=7&token=fuchsiatrombone failed");
    capture_message!("can't connect to redis://:khakiwindmill@cache:6379/0");
    capture_message!("Authorization: Bearer ooooppppqqqqrrrrssssttttuuuu3333");
    capture_message!("card 3782 822463 10005 was declined");
    capture_message!("Server=db;Password=mauvelaboratory;Encrypt=true");
    capture_message!("ghp_spilspilspilspilspilspilspilspilspil is no good");
}

#[track_exception(source)]
fn embedded() -> Result<(), String> {
    let password = "russetcolonnade";
    let url = "redis://:sepiawatermill@cache:6379/0";
    let bearer = "Bearer hhhhiiiijjjjkkkkllllmmmmnnnn2222";
    let header = ("x-api-key", "umbermonastery");
    // password = "maroonpeninsula"
    let _ = (password, url, bearer, header);
    refuse("session=bronzeaqueduct")
}
