//! What a visitor can ask the shop for: for the start page and for the traffic.

/// A request, and what comes of it.
pub struct Door {
    pub label: &'static str,
    pub shows: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub content_type: &'static str,
    pub body: &'static str,
    pub status: u16,
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=cut";
const REVIEW: &str =
    "--cut\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nbroke on day one\r\n\
    --cut\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"mug.png\"\r\n\
    Content-Type: image/png\r\n\r\nGIF89a no picture\r\n--cut--\r\n";

const fn get(label: &'static str, path: &'static str, status: u16, shows: &'static str) -> Door {
    Door { label, shows, method: "GET", path, content_type: "", body: "", status }
}

const fn post(
    label: &'static str,
    path: &'static str,
    (content_type, body): (&'static str, &'static str),
    status: u16,
    shows: &'static str,
) -> Door {
    Door { label, shows, method: "POST", path, content_type, body, status }
}

/// All of them; `#` in a path or body stands for some number.
pub const DOORS: [Door; 15] = [
    post(
        "Pay with a card that has no money",
        "/pay/99#",
        (JSON, r#"{"user_id": 7, "cents": 1200, "card_number": "4000 0000 0000 0002"}"#),
        402,
        "an error through three annotated functions, the card number masked",
    ),
    post(
        "Pay with a good card",
        "/pay/10#",
        (JSON, r#"{"user_id": 8, "cents": 950, "card_number": "4111 1111 1111 1111"}"#),
        200,
        "nothing fails, nothing is recorded",
    ),
    get(
        "Shrink a picture",
        "/picture/MUG-1?width=9",
        500,
        "a panic: the client still gets an answer",
    ),
    get("Look at tea", "/product/TEA-7", 200, "nothing fails"),
    get("Look at a mug", "/product/MUG-1", 200, "a message is captured: stock is low"),
    get(
        "Look for a hat",
        "/product/HAT-#",
        404,
        "there is none: no failure, unless 4xx are tracked, too",
    ),
    post(
        "Add a product twice",
        "/products",
        (JSON, r#"{"sku": "MUG-1", "name": "Another mug"}"#),
        500,
        "the database's own error: a constraint",
    ),
    post(
        "Sign up",
        "/register",
        (FORM, "email=ann%40example.com&password=correct+horse"),
        500,
        "no mail server is there; the password is masked in the form and in the arguments",
    ),
    get("Ask the warehouse", "/stock/TEA-7", 504, "a slow upstream, in async code"),
    post(
        "Send half a cart",
        "/cart",
        (JSON, r#"{"items": [{"sku": "MUG-1", "quanti"#),
        400,
        "JSON that ends too early",
    ),
    post(
        "Review with a photo",
        "/reviews",
        (MULTIPART, REVIEW),
        500,
        "an upload that is no picture",
    ),
    get("Ask for the rate", "/rates", 200, "fails inside, but is dealt with: recorded as handled"),
    get("Ask for the report", "/report", 503, "no error at all: recorded by the layer alone"),
    post(
        "Redeem a coupon",
        "/coupon/SPRING-#?from=start",
        ("text/plain", "found it in a newspaper"),
        422,
        "an error whose text has another value each time: still one issue",
    ),
    get("List the categories above mugs", "/category/mugs", 500, "a loop: 60 calls on the way"),
];

impl Door {
    /// Returns the path with a number in it.
    pub fn path_with(&self, number: u64) -> String {
        self.path.replace('#', &number.to_string())
    }
}
