//! Requests as the `http` crate has them.

use http::header::HOST;
use http::request::Parts;

use crate::model::request::Request;

/// Takes the `Host` header (else the URI's authority), the method, path, query and all headers.
impl From<&Parts> for Request {
    fn from(parts: &Parts) -> Self {
        let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = header.or(parts.uri.authority().map(http::uri::Authority::as_str));
        let request = Self::new(host.unwrap_or_default(), parts.method.as_str(), parts.uri.path())
            .query(parts.uri.query().unwrap_or_default());
        parts.headers.iter().fold(request, |request, (name, value)| {
            request.header(name, String::from_utf8_lossy(value.as_bytes()))
        })
    }
}

impl From<Parts> for Request {
    fn from(parts: Parts) -> Self {
        Self::from(&parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, host: Option<&str>) -> Request {
        let builder = http::Request::post(uri);
        let builder = host.into_iter().fold(builder, |builder, host| builder.header(HOST, host));
        Request::from(builder.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_host_is_the_header_s_else_the_uri_s() {
        let wanted = Request::new("shop:5000", "POST", "/pay/7?coupon=x");
        let headed = wanted.clone().header("Host", "shop:5000");
        assert_eq!(request("/pay/7?coupon=x", Some("shop:5000")), headed);
        assert_eq!(request("http://shop:5000/pay/7?coupon=x", None), wanted);
        assert_eq!(request("/pay/7", None).host, "");
    }
}
