//! Looks for texts: by their index, or among the first issues of the order where hits are many.

use rusqlite::params;

use super::{passes, Found, Listing};
use crate::store::sqlite::filter::{Asks, Filter};
use crate::store::sqlite::place::Place;
use crate::store::sqlite::schema::with_prefix;
use crate::store::sqlite::texts;

/// How many characters the index of texts holds together.
const GROUP: usize = 3;
/// So many groups are looked up for one text; what is found is compared with all of it.
const GROUPS: usize = 32;
/// Among so few issues the texts are compared without the index.
const FEW: u64 = 200;

/// The statements, with the tables' prefix.
pub(super) struct Sql {
    hits: String,
    waiting: String,
    /// Whether this program's SQLite can read the index.
    possible: bool,
}

impl Sql {
    pub(super) fn new(prefix: &str, possible: bool) -> Self {
        let hits =
            "SELECT rowid FROM {p}texts WHERE {p}texts MATCH ?1 ORDER BY rowid DESC LIMIT ?2";
        let waiting = "SELECT issue_id FROM {p}texts_waiting ORDER BY issue_id DESC LIMIT ?1";
        let [hits, waiting] = [hits, waiting].map(|sql| with_prefix(sql, prefix));
        Self { hits, waiting, possible }
    }
}

impl Listing<'_> {
    /// Few hits are looked at all; of many, the first rows in the order asked for will hold
    /// enough; if they do not, the newest hits are taken, and the page says so if there are more.
    pub(super) fn search(&self) -> rusqlite::Result<Found> {
        let narrowest = self.narrowest()?;
        if let Some((filter, 0..=FEW)) = narrowest {
            return self.collect(filter);
        }
        let by_time = self.is_by_time().then_some(narrowest).flatten();
        let walk = |limit| self.walk(by_time.map(|(filter, _)| filter), limit);
        let groups = self.groups();
        if groups.is_empty() || !self.are_indexed()? {
            return walk(self.limits.texts);
        }
        let few = self.hits(&groups, self.limits.few_hits + 1)?;
        if few.len() <= self.limits.few_hits {
            return self.among(few);
        }
        let first = walk(self.limits.first_rows)?;
        if !first.is_partial {
            return Ok(first);
        }
        self.among(self.hits(&groups, self.limits.hits + 1)?)
    }

    fn are_indexed(&self) -> rusqlite::Result<bool> {
        Ok(self.sql.search.possible && texts::are_kept(self.connection, &self.sql.prefix)?)
    }

    /// What the index is asked for; nothing if all texts are too short for it.
    fn groups(&self) -> String {
        let indexed = self.filters.iter().filter(|filter| filter.column() != Some("method"));
        let texts = indexed.filter_map(|filter| match &filter.asks {
            Asks::Contains(text) => Some(text.as_str()),
            _ => None,
        });
        texts.flat_map(groups).collect::<Vec<_>>().join(" ")
    }

    /// The issues that may contain the texts, newest first.
    fn hits(&self, groups: &str, limit: usize) -> rusqlite::Result<Vec<i64>> {
        let mut statement = self.connection.prepare_cached(&self.sql.search.hits)?;
        let rows = statement.query_map(params![groups, limit as i64], |row| row.get(0))?;
        rows.collect()
    }

    /// Looks at hits, and at issues that the index does not know as they are.
    fn among(&self, mut issues: Vec<i64>) -> rusqlite::Result<Found> {
        let most = self.limits.hits;
        let mut waiting = self.waiting(most + 1)?;
        let is_partial = issues.len() > most || waiting.len() > most;
        issues.truncate(most);
        waiting.truncate(most);
        issues.append(&mut waiting);
        issues.sort_unstable();
        issues.dedup();
        Ok(Found { is_partial, ..self.of(&issues)? })
    }

    fn waiting(&self, limit: usize) -> rusqlite::Result<Vec<i64>> {
        let mut statement = self.connection.prepare_cached(&self.sql.search.waiting)?;
        let rows = statement.query_map([limit as i64], |row| row.get(0))?;
        rows.collect()
    }

    fn of(&self, issues: &[i64]) -> rusqlite::Result<Found> {
        let all: Vec<&Filter> = self.filters.iter().collect();
        let sql = self.select(&all, &["i.id = ?".to_owned()], "");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut places = Vec::new();
        for issue in issues {
            let mut rows = statement.query([issue])?;
            if let Some(row) = rows.next()? {
                if passes(row, &all)? {
                    places.push(Place::read(row, self.order)?);
                }
            }
        }
        Ok(self.in_order(places))
    }
}

/// Returns groups of characters that cover a text, quoted; a text that is long is covered in part.
fn groups(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let Some(last) = characters.len().checked_sub(GROUP) else { return Vec::new() };
    let step = (last / GROUPS + 1).max(GROUP);
    let starts = (0..last).step_by(step).chain([last]);
    let group = |at: usize| characters[at..at + GROUP].iter().collect::<String>();
    // SQLite's functions take a NUL for the end of a text.
    let groups = starts.map(group).filter(|group| !group.contains('\0'));
    groups.map(|group| format!("\"{}\"", group.replace('"', "\"\""))).collect()
}

#[cfg(test)]
mod tests {
    use super::{groups, GROUPS};

    #[test]
    fn groups_cover_a_text_from_its_begin_to_its_end() {
        assert_eq!(groups("refused"), ["\"ref\"", "\"use\"", "\"sed\""]);
        assert_eq!(groups("a\"b"), ["\"a\"\"b\""]);
        assert_eq!(groups("äöüß"), ["\"äöü\"", "\"öüß\""]);
        assert_eq!(groups("ab").len() + groups("").len() + groups("a\0b").len(), 0);
        assert!(groups(&"long".repeat(2_500)).len() <= GROUPS + 1);
    }
}
