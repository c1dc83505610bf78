use error_tracker::scope;

fn needs_send(_: impl Send) {}

fn main() {
    needs_send(async {
        let _scope = scope!(user_id = 7);
        std::future::ready(()).await;
    });
}
