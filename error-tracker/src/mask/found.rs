//! What masking found: by which rule, under which name. Never the value, its length or its hash.

/// Why something is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// The name of a value.
    Name,
    /// `mask(..)` of the attribute.
    Argument,
    /// A type that never shows its value.
    Type,
    /// What the value looks like.
    Value(&'static str),
}

impl Rule {
    /// Returns the rule as events tell it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Rule::Name => "name",
            Rule::Argument => "mask(..)",
            Rule::Type => "type",
            Rule::Value(what) => what,
        }
    }
}

/// How many findings of one text are told apart.
const MOST: usize = 32;
/// How long a name may be, in bytes.
const NAME: usize = 64;
/// What stands for a name that is none: a key may be made of anything, of a secret, too.
const NO_NAME: &str = "…";

/// The findings of one text.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Name, empty for a value that has none, and rule.
    list: Vec<(String, Rule)>,
}

impl Found {
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Notes a finding; one that is known already adds nothing.
    pub(crate) fn add(&mut self, name: &str, rule: Rule) {
        let name = if is_plain(name) { name } else { NO_NAME };
        if self.list.len() < MOST && !self.list.iter().any(|(n, r)| n == name && *r == rule) {
            self.list.push((name.to_owned(), rule));
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Rule)> {
        self.list.iter().map(|(name, rule)| (name.as_str(), *rule))
    }
}

/// Tells whether a text is a name as programs have them, or a path of such names.
fn is_plain(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_-.:$@[]".contains(c);
    name.len() <= NAME && name.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_once_and_what_is_no_name_not_at_all() {
        let mut found = Found::default();
        found.add("token", Rule::Name);
        found.add("token", Rule::Name);
        found.add("x-api-key", Rule::Name);
        found.add(&"é".repeat(100), Rule::Name);
        found.add("login failed, password=hunter2", Rule::Name);
        let names: Vec<_> = found.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["token", "x-api-key", "…"]);
    }

    #[test]
    fn findings_take_bounded_room() {
        let mut found = Found::default();
        (0..1_000).for_each(|number| found.add(&number.to_string(), Rule::Name));
        assert_eq!(found.iter().count(), MOST);
    }
}
