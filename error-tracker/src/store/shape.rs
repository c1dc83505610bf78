//! What makes events of one issue differ in kind: the release, the host and the route.

use sha2::{Digest, Sha256};

use crate::model::{Event, Request};

/// Returns the short hash of an event's shape; never 0, which stands for an unknown one.
pub(crate) fn of(event: &Event, release: &str, server_name: &str) -> u32 {
    let request = event.request.as_ref();
    let host = request.map(|request| request.host.as_str()).filter(|host| !host.is_empty());
    let path = request.map_or("", Request::shown_path);
    let mut hash = Sha256::new();
    for part in [release, host.unwrap_or(server_name), path] {
        hash.update(part);
        hash.update([0]);
    }
    let bytes = hash.finalize();
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]).max(1)
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::model::{Event, Request};

    #[test]
    fn release_host_and_path_make_the_shape_and_nothing_else_does() {
        let event = |host: &str, path: &str| Event {
            request: Some(Request::new(host, "GET", path)),
            message: path.into(),
            ..Event::default()
        };
        let plain = of(&Event::default(), "shop@1", "web-1");
        let shapes = [
            plain,
            of(&Event::default(), "shop@2", "web-1"),
            of(&Event::default(), "shop@1", "web-2"),
            of(&event("", "/pay"), "shop@1", "web-1"),
            of(&event("shop.example", "/pay"), "shop@1", "web-1"),
        ];
        for (at, shape) in shapes.iter().enumerate() {
            assert!(!shapes[..at].contains(shape), "{at}");
        }
        let other = Event { message: "other".into(), thread: "7".into(), ..Event::default() };
        assert_eq!(of(&other, "shop@1", "web-1"), plain);
    }
}
