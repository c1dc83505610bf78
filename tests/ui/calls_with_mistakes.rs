use error_tracker::{breadcrumb, capture_exception, capture_message, scope};

fn main() {
    let text = "text";
    let _scope = scope!(level = warning);
    scope!(silent, user = 1);
    capture_exception!();
    capture_exception!(text, error = 3);
    capture_message!(text);
    capture_message!(level = loud; "text");
    capture_message!(order = 3);
    breadcrumb!("text", request = 3);
}
