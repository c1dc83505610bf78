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
/// How much of a name is told, in bytes.
const NAME: usize = 64;

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

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }

    /// Notes a finding; one that is known already adds nothing.
    pub(crate) fn add(&mut self, name: &str, rule: Rule) {
        let name = &name[..crate::text::floor_char_boundary(name, NAME)];
        if self.list.len() < MOST && !self.list.iter().any(|(n, r)| n == name && *r == rule) {
            self.list.push((name.to_owned(), rule));
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Rule)> {
        self.list.iter().map(|(name, rule)| (name.as_str(), *rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_once_and_long_names_are_cut() {
        let mut found = Found::default();
        found.add("token", Rule::Name);
        found.add("token", Rule::Name);
        found.add(&"é".repeat(100), Rule::Name);
        assert_eq!(found.iter().map(|(name, _)| name.len()).collect::<Vec<_>>(), [5, 64]);
    }

    #[test]
    fn findings_take_bounded_room() {
        let mut found = Found::default();
        (0..1_000).for_each(|number| found.add(&number.to_string(), Rule::Name));
        assert_eq!(found.iter().count(), MOST);
    }
}
