//! The name of the machine that the program runs on.

use std::fs;

/// Returns the host's name, or an empty text if nothing tells it.
pub(crate) fn host_name(environment: &[(String, String)]) -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .chain(variable(environment, "HOSTNAME"))
        .chain(variable(environment, "COMPUTERNAME"))
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

fn variable(environment: &[(String, String)], name: &str) -> Option<String> {
    environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}
