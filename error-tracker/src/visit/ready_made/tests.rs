//! Who is let in, and who is not.

use super::*;

fn visit() -> Visit {
    Visit::new("GET", "/dev/error", "")
}

fn near(host: &str) -> Visit {
    visit().client(IpAddr::from([127, 0, 0, 1])).header("Host", host)
}

#[test]
fn the_same_machine_is_let_in_by_its_own_names() {
    for host in ["localhost", "LocalHost:5000", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:5000"]
    {
        assert_eq!(LoopbackOnly.permission(&near(host)), Permission::Manage, "{host}");
    }
    let six = visit().client(IpAddr::from(Ipv6Addr::LOCALHOST)).header("host", "localhost");
    assert_eq!(LoopbackOnly.permission(&six), Permission::Manage);
    let mapped = "::ffff:127.0.0.1".parse::<IpAddr>().unwrap();
    let mapped = visit().client(mapped).header("host", "localhost");
    assert_eq!(LoopbackOnly.permission(&mapped), Permission::Manage);
}

#[test]
fn another_machine_another_name_and_a_proxy_are_strangers() {
    for host in [
        "",
        "shop.example",
        "shop.example:5000",
        "localhost.shop.example",
        "128.0.0.1",
        "localhost:5000:1",
        "localhost:",
        "localhost:a",
        "[::1",
        "[::2]",
        "[::1]x",
        "127.0.0.1.nip.io",
        "\u{fffd}",
    ] {
        assert_eq!(LoopbackOnly.permission(&near(host)), Permission::Nothing, "{host}");
    }
    for header in [
        "Forwarded",
        "Via",
        "X-Real-IP",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
    ] {
        let passed_on = near("localhost").header(header, "127.0.0.1");
        assert_eq!(LoopbackOnly.permission(&passed_on), Permission::Nothing, "{header}");
    }
    let two = near("localhost").header("host", "shop.example");
    let far = visit().client(IpAddr::from([10, 0, 0, 1])).header("host", "localhost");
    let unknown = visit().header("host", "localhost");
    let unnamed = visit().client(IpAddr::from([127, 0, 0, 1]));
    for stranger in [two, far, unknown, unnamed, visit()] {
        assert_eq!(LoopbackOnly.permission(&stranger), Permission::Nothing, "{stranger:?}");
    }
}

fn basic(text: &[u8]) -> String {
    format!("Basic {}", base64::encode(text))
}

#[test]
fn names_and_passwords_let_in_as_they_say() {
    let auth = BasicAuth::new("ann", "a:b").and("Bö", "pässword").viewer("support", "s");
    let of = |value: &str| auth.permission(&visit().header("Authorization", value));
    assert_eq!(of(&basic(b"ann:a:b")), Permission::Manage);
    assert_eq!(of(&basic("Bö:pässword".as_bytes())), Permission::Manage);
    assert_eq!(of(&basic(b"support:s")), Permission::View);
    assert_eq!(of(&basic(b"ann:a:b").replace("Basic", "bAsIc")), Permission::Manage);
    assert_eq!(of(&basic(b"ann:a:b").replace("Basic ", " Basic   ")), Permission::Manage);
    for wrong in
        [b"ann:s".as_slice(), b"ann:", b":a:b", b"ann", b"", b"Ann:a:b", b"ann:a:b ", b"\xff:\xff"]
    {
        assert_eq!(of(&basic(wrong)), Permission::Nothing, "{wrong:?}");
    }
    for malformed in [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic Zg",
        "Basic\u{fffd}",
        "Bearer YW5uOmE6Yg==",
        "YW5uOmE6Yg==",
    ] {
        assert_eq!(of(malformed), Permission::Nothing, "{malformed}");
    }
    assert_eq!(auth.permission(&visit()), Permission::Nothing);
}

#[test]
fn a_token_lets_in_as_it_says() {
    let auth = BearerToken::new("t-17").and("t-18").viewer("v-1");
    let of = |value: &str| auth.permission(&visit().header("authorization", value));
    assert_eq!(of("Bearer t-17"), Permission::Manage);
    assert_eq!(of("bearer t-18"), Permission::Manage);
    assert_eq!(of("BEARER v-1"), Permission::View);
    for wrong in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer t-1",
        "Bearer t-177",
        "Basic t-17",
        "t-17",
        "Bearer \u{fffd}",
    ] {
        assert_eq!(of(wrong), Permission::Nothing, "{wrong}");
    }
}

#[test]
fn an_empty_password_or_token_is_one_only_if_it_was_given() {
    assert_eq!(
        BasicAuth::new("ann", "x").permission(&visit().header("authorization", basic(b"ann:"))),
        Permission::Nothing
    );
    assert_eq!(
        BearerToken::new("t").permission(&visit().header("authorization", "Bearer ")),
        Permission::Nothing
    );
}

#[test]
fn what_is_known_is_shown_nowhere() {
    let shown = format!("{:?}{:?}", BasicAuth::new("ann", "hunter2"), BearerToken::new("hunter2"));
    assert_eq!(shown, "BasicAuth(..)BearerToken(..)");
}
