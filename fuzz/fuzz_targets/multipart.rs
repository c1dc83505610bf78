//! Multipart bodies, with a field and a file that are secret.
#![no_main]

use error_tracker::fuzzing::body;
use error_tracker_fuzz::{check_gone, texts_of, CANARY};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some([boundary, name, content]) = texts_of(data) else { return };
    body(&format!("multipart/form-data; boundary={boundary}"), &content);
    let boundary: String = boundary.chars().filter(char::is_ascii_alphanumeric).take(70).collect();
    let boundary = format!("x{boundary}");
    let content = content.replace(&boundary, "");
    let name = name.replace(['"', '\r', '\n'], "").replace(&boundary, "");
    let part = |name: &str, content: &str| {
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n"
        )
    };
    let file = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{CANARY}\r\n"
    );
    let secret = part("password", &format!("{content}{CANARY}{content}"));
    let whole = format!(
        "{}{secret}{file}{}--{boundary}--\r\n",
        part(&name, &content),
        part(&name, &content)
    );
    for media_type in
        [format!("multipart/form-data; boundary=\"{boundary}\""), "multipart/form-data".to_owned()]
    {
        check_gone(&body(&media_type, &whole), &whole);
    }
});
