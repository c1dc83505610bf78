//! Secrets for the leak test: one of its own for each path a value may take and each form it may have.

use std::fmt::Write as _;

/// The forms of secrets.
pub const FORMS: [&str; 24] = [
    "name",
    "debug",
    "pretty",
    "tuple",
    "json",
    "json-in-json",
    "form",
    "query",
    "userinfo",
    "bearer",
    "basic",
    "cookie",
    "card",
    "jwt",
    "pem",
    "connection",
    "multipart",
    "base64",
    "percent",
    "ini",
    "github",
    "slack",
    "stripe",
    "aws",
];

/// A secret and a text that holds it.
pub struct Sample {
    /// What must not get out.
    pub secret: String,
    /// A text in which it stands.
    pub text: String,
    /// Whether the secret is a plain word, told by its name alone.
    pub is_word: bool,
    /// Whether the secret is told by what it looks like, wherever it stands.
    pub is_told_alone: bool,
}

/// Makes up the secret of a path and a form: always the same, and no other's.
pub fn sample(path: &str, form: &str) -> Sample {
    let mut random = Random::seeded(&[path, form]);
    let (secret, text) = match form {
        "name" | "debug" | "pretty" | "tuple" | "json" | "json-in-json" | "form" | "query"
        | "userinfo" | "cookie" | "connection" | "multipart" | "percent" | "ini" => {
            named(form, random.word())
        }
        "basic" | "base64" => encoded(form, &random.word()),
        "card" => card(&mut random),
        "pem" => pem(&mut random),
        "jwt" => {
            let head = base64(br#"{"alg":"HS256","typ":"JWT"}"#);
            let token =
                format!("{head}.{}.{}", base64(br#"{"sub":"7","admin":true}"#), random.letters(43));
            (token.clone(), format!("the token {token} has expired"))
        }
        "bearer" => {
            let token = random.letters(40);
            (token.clone(), format!("request with Bearer {token} was refused"))
        }
        prefixed => token(prefixed, &mut random),
    };
    let alone = ["jwt", "github", "slack", "stripe", "aws"];
    Sample { secret, text, is_word: form == "name", is_told_alone: alone.contains(&form) }
}

/// Secrets that a name tells.
fn named(form: &str, word: String) -> (String, String) {
    let text = match form {
        "name" => format!("login failed, password={word}"),
        "debug" => format!("Login {{ user: \"al\", password: {word:?}, tries: 3 }}"),
        "pretty" => format!("Login {{\n    user: \"al\",\n    token: Some(\n        {word:?},\n    ),\n}}"),
        "tuple" => format!("[(\"user\", \"al\"), (\"x-api-key\", {word:?})]"),
        "json" => format!(r#"{{"user":"al","pass\u0077ord":{word:?},"tries":3}}"#),
        "json-in-json" => {
            let inner = serde_json::json!({ "secret": word }).to_string();
            serde_json::json!({ "id": 7, "body": inner }).to_string()
        }
        "form" => format!("user=al&password={word}&remember=1"),
        "query" => format!("GET https://shop.example/reset?id=7&token={word} failed"),
        "userinfo" => format!("can't connect to postgres://al:{word}@db:5432/shop"),
        "cookie" => format!("Cookie: theme=dark; session={word}; lang=de"),
        "connection" => format!("Server=db;User Id=sa;Password={word};Encrypt=true"),
        "multipart" => format!(
            "--XyZ\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{word}\r\n--XyZ--\r\n"
        ),
        "percent" => format!("next=%2Fcb%3Faccess_token%3D{word}%26id%3D1&page=2"),
        _ => format!("[db]\nuser = al\npassword = {word}\n"),
    };
    (word, text)
}

fn encoded(form: &str, word: &str) -> (String, String) {
    match form {
        "basic" => {
            let secret = base64(format!("alice:{word}").as_bytes());
            (secret.clone(), format!("Authorization: Basic {secret}"))
        }
        _ => {
            let secret = base64(format!(r#"{{"user":"al","password":"{word}"}}"#).as_bytes());
            (secret.clone(), format!("state {secret} is unknown"))
        }
    }
}

fn token(form: &str, random: &mut Random) -> (String, String) {
    let token = match form {
        "github" => format!("ghp_{}", random.letters(36)),
        "slack" => {
            format!("xoxb-{}-{}-{}", random.digits(12), random.digits(13), random.letters(24))
        }
        "stripe" => format!("sk_{}_{}", "live", random.letters(24)),
        "aws" => format!("AKIA{}", random.of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
        unknown => panic!("no form is called {unknown}"),
    };
    let text = format!("call with {token} was refused");
    (token, text)
}

/// A Visa number with a valid check digit, in groups.
fn card(random: &mut Random) -> (String, String) {
    let mut digits = format!("4{}", random.digits(14));
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(|(at, byte)| u32::from(byte - b'0') * if at % 2 == 0 { 2 } else { 1 })
        .map(|value| value / 10 + value % 10)
        .sum();
    let _ = write!(digits, "{}", (10 - sum % 10) % 10);
    let groups: Vec<&str> = [0, 4, 8, 12].map(|at| &digits[at..at + 4]).to_vec();
    (digits.clone(), format!("card {} was declined", groups.join(" ")))
}

fn pem(random: &mut Random) -> (String, String) {
    let (secret, kind) = (random.letters(64), ["RSA PRIVATE", "KEY"].join(" "));
    let lines = format!("{}\n{secret}\n{}", random.letters(64), random.letters(40));
    (secret, format!("can't read -----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"))
}

/// Unpadded base64url.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    let character = |at: usize| (at * 6..at * 6 + 6).fold(0, |value, at| value << 1 | bit(at));
    (0..(bytes.len() * 8).div_ceil(6)).map(|at| char::from(ALPHABET[character(at)])).collect()
}

/// SplitMix64, seeded by text.
struct Random(u64);

impl Random {
    fn seeded(texts: &[&str]) -> Self {
        let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
        Self(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn of(&mut self, alphabet: &[u8], length: usize) -> String {
        let mut pick = || alphabet[(self.next() % alphabet.len() as u64) as usize];
        (0..length).map(|_| char::from(pick())).collect()
    }

    fn digits(&mut self, length: usize) -> String {
        self.of(b"0123456789", length)
    }

    fn letters(&mut self, length: usize) -> String {
        self.of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length)
    }

    /// A word that nothing but its name tells.
    fn word(&mut self) -> String {
        self.of(b"abcdefghijkmnopqrstuvwxyz", 14)
    }
}

/// What else stands in the source code of `programs/leaks` alone.
pub const WRITTEN: [&str; 15] = [
    "tealobservatory",
    "plumcartwheel",
    "ivoryscaffold",
    "fuchsiatrombone",
    "khakiwindmill",
    "ooooppppqqqqrrrrssssttttuuuu3333",
    "3782 822463 10005",
    "mauvelaboratory",
    "ghp_spilspilspilspilspilspilspilspilspil",
    "russetcolonnade",
    "sepiawatermill",
    "hhhhiiiijjjjkkkkllllmmmmnnnn2222",
    "umbermonastery",
    "maroonpeninsula",
    "bronzeaqueduct",
];

/// Passes a macro the secrets that stand in source code, in the order of [`FORMS`]: text and secret.
#[macro_export]
macro_rules! literals {
    ($macro:ident) => {
        $macro! {
            "password=lilacmeadow" "lilacmeadow";
            "Login { user: 7, password: \"amberorchard\", tries: 3 }" "amberorchard";
            "Login {\n    token: Some(\n        \"cobaltharbour\",\n    ),\n}" "cobaltharbour";
            "(\"x-api-key\", \"velvetthunder\")" "velvetthunder";
            "{\"user\":\"al\",\"password\":\"copperlantern\"}" "copperlantern";
            r#"{"body":"{\"secret\":\"marblefountain\"}"}"# "marblefountain";
            "user=al&password=silverquarry&n=1" "silverquarry";
            "https://shop.example/reset?token=goldenfalcon" "goldenfalcon";
            "postgres://al:crimsonglacier@db:5432/shop" "crimsonglacier";
            "Bearer aaaabbbbccccddddeeeeffffgggg1111" "aaaabbbbccccddddeeeeffffgggg1111";
            "Authorization: Basic YWxpY2U6aW5kaWdvLWNhbnlvbg==" "YWxpY2U6aW5kaWdvLWNhbnlvbg";
            "Cookie: theme=dark; session=scarletmeridian" "scarletmeridian";
            "card 4000 0566 5566 5556 was declined" "4000056655665556";
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJsZWFrIn0.c2lnbmF0dXJlLWxlYWs" "c2lnbmF0dXJlLWxlYWs";
            "-----BEGIN PRIVATE KEY-----\nMIIBleakleakleakleakleakleakleak\n-----END PRIVATE KEY-----" "MIIBleakleakleakleakleakleakleak";
            "Server=db;User Id=sa;Password=ochrepavilion;Encrypt=true" "ochrepavilion";
            "--X\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nturquoiseanvil\r\n--X--" "turquoiseanvil";
            "state eyJwYXNzd29yZCI6Im9icy1pZGlhbi1tZWFkb3cifQ is unknown" "eyJwYXNzd29yZCI6Im9icy1pZGlhbi1tZWFkb3cifQ";
            "next=%2Fcb%3Faccess_token%3Dperiwinklecairn&page=2" "periwinklecairn";
            "user = al\npassword = vermilionsextant\n" "vermilionsextant";
            "ghp_leakleakleakleakleakleakleakleakleak" "ghp_leakleakleakleakleakleakleakleakleak";
            "curl -u alice:emberlighthouse https://shop.example" "emberlighthouse";
            "login --password jadecaravan --verbose" "jadecaravan";
            "<user>al</user><password>onyxtrellis</password>" "onyxtrellis";
        }
    };
}
