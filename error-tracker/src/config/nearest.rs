//! The name that a misspelt one was meant to be.

/// Longer names are not compared: that takes time with the square of the length.
const LONGEST: usize = 64;

/// Returns the known name that takes the fewest changes, if these are few for a name so long.
pub(crate) fn nearest(
    name: &str,
    known: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    let limit = (name.len() / 3).clamp(1, 4);
    let by_distance = known
        .into_iter()
        .filter(|_| name.len() <= LONGEST)
        .map(|known| (distance(name, known), known));
    by_distance.min_by_key(|(distance, _)| *distance).filter(|(d, _)| *d <= limit).map(|(_, n)| n)
}

/// Counts the characters to add, take away or replace.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_when_few_of_its_letters_differ() {
        let near = |name: &str| nearest(name, ["store", "stack", "list_size"]);
        assert_eq!(near("list_sise"), Some("list_size"));
        assert_eq!(near("listsize"), Some("list_size"));
        assert_eq!(near("stoer"), None);
        assert_eq!(near("stor"), Some("store"));
        for far in ["", "foo", "smtp_url", &"x".repeat(10_000)] {
            assert_eq!(near(far), None, "{far}");
        }
    }
}
