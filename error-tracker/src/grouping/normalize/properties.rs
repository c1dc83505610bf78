//! What holds for any text: bounded, repeatable, blind to what varies.

use proptest::prelude::*;

use super::tests::normal;
use super::LIMIT;

/// A text of what decides, joined as messages are.
fn message() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z]{1,10}",
        "[0-9]{1,12}",
        value(),
        "[ -~]{0,8}",
        prop::sample::select(vec![
            "<*>",
            "***",
            "'",
            "\"",
            "`",
            "\\",
            "/",
            ":",
            ".",
            "-",
            "@",
            "“",
            "é",
            "½",
            "\u{1b}[",
            "\n",
            "one of ",
            " or ",
            "left: ",
            "assertion ",
            "called ",
            "os error ",
            "status ",
            "Nov ",
            "localhost",
            " ms",
            "a.com",
            "7",
            "e2",
            "ff",
            "订",
            "\u{a0}",
            "#",
            "(",
            "[",
            "]",
            "::",
            "v",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// What a message must not be told apart by.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[1-9][0-9]{0,11}",
        "[0-9]{1,6}\\.[0-9]{1,3}",
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9]{2}[0-9a-f]{10}",
        "0x[0-9a-f]{4,16}",
        "/[a-z]{1,8}(/[a-zA-Z0-9._-]{1,12}){1,4}[a-z]",
        "[C-F]:\\\\[a-z]{1,8}\\\\[a-z0-9]{1,8}",
        "https?://[a-z]{1,8}\\.[a-z]{2,3}(:[0-9]{2,5})?/[a-z0-9/]{0,12}",
        "'[a-zA-Z0-9 ./:-]{0,20}'",
        "\"[a-zA-Z0-9 ./:'-]{0,20}\"",
        "`[a-zA-Z0-9 ./:_-]{0,20}`",
        "“[a-zA-Z0-9 ./:-]{0,20}”",
        "[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}(:[0-9]{2,5})?",
        "[a-z]{1,8}@[a-z]{1,8}\\.com",
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z",
        "[0-9]{1,4}(ms|s|µs|KiB)",
        Just("*****".to_owned()),
    ]
}

/// Words that decide, with slots between them.
const TEMPLATES: [[&str; 3]; 6] = [
    ["user ", " not found in ", ""],
    ["cannot open ", ": permission denied (os error 13) for ", ""],
    ["invalid value (", ") for key ", " given"],
    ["value=", ", limit=", " exceeded"],
    ["", " took too long after ", "."],
    ["[", "] rejected: ", ", try again"],
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn normalizing_twice_is_normalizing_once(text in message()) {
        let once = normal(&text);
        prop_assert_eq!(normal(&once), once);
    }

    #[test]
    fn no_text_grows_beyond_the_limit(text in "(.{0,30}[0-9'\" ]){0,100}") {
        let once = normal(&text);
        prop_assert!(once.len() <= LIMIT);
        prop_assert_eq!(normal(&once), once);
    }

    #[test]
    fn values_in_the_slots_of_a_message_are_not_seen(
        template in prop::sample::select(TEMPLATES.to_vec()),
        one in [value(), value()],
        other in [value(), value()],
    ) {
        let [start, middle, end] = template;
        let text = |values: &[String; 2]| normal(&format!("{start}{}{middle}{}{end}", values[0], values[1]));
        prop_assert_eq!(text(&one), format!("{start}<*>{middle}<*>{end}"));
        prop_assert_eq!(text(&one), text(&other));
    }

    #[test]
    fn words_are_seen(one in "[a-z]{3,8}( [a-z]{3,8}){0,5}") {
        prop_assume!(!one.contains("one of") && !one.contains("localhost"));
        prop_assert_eq!(normal(&one), one.clone());
    }
}
