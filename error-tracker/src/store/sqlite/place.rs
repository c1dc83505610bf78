//! Where an issue stands in an order, and the columns that make the order.

use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::Row;

use crate::store::cursor::Key;
use crate::store::{Cursor, Direction, Query, Sort};

/// An order for which there is an index: by value if it has one, then by number, then by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    /// A column with few values or with texts; equal ones are in the order of time.
    pub(super) value: Option<&'static str>,
    pub(super) number: &'static str,
    direction: Direction,
}

impl Order {
    pub(super) fn of(query: &Query) -> Self {
        let column = query.sort.as_str();
        let (value, number) = match query.sort {
            Sort::LastSeen | Sort::CreatedOn | Sort::Count => (None, column),
            _ => (Some(column), Sort::LastSeen.as_str()),
        };
        Self { value, number, direction: query.direction }
    }

    /// The same order from its other end.
    pub(super) fn turned(self) -> Self {
        let direction = match self.direction {
            Direction::Descending => Direction::Ascending,
            Direction::Ascending => Direction::Descending,
        };
        Self { direction, ..self }
    }

    pub(super) fn is_descending(self) -> bool {
        self.direction == Direction::Descending
    }

    /// What comes before what: `<` or `>`.
    pub(super) fn sign(self) -> char {
        if self.is_descending() {
            '<'
        } else {
            '>'
        }
    }

    /// The columns of a [`Place`], in the order in which it is read.
    pub(super) fn columns(self) -> String {
        let value = self.value.map_or_else(|| "NULL".to_owned(), |value| format!("i.{value}"));
        format!("{value}, i.{}, i.id", self.number)
    }

    pub(super) fn order_by(self) -> String {
        let word = if self.is_descending() { "DESC" } else { "ASC" };
        let value = self.value.map_or_else(String::new, |value| format!("i.{value} {word}, "));
        format!("ORDER BY {value}i.{} {word}, i.id {word}", self.number)
    }

    pub(super) fn sort(self, places: &mut [Place]) {
        places.sort_unstable();
        if self.is_descending() {
            places.reverse();
        }
    }

    /// The place right behind another one: what stands there is before it.
    pub(super) fn behind(self, place: &Place) -> Place {
        let id = match self.direction {
            Direction::Descending => place.id.saturating_sub(1),
            Direction::Ascending => place.id.saturating_add(1),
        };
        Place { id, ..place.clone() }
    }

    pub(super) fn is_after(self, place: &Place, start: &Place) -> bool {
        match self.direction {
            Direction::Descending => place < start,
            Direction::Ascending => place > start,
        }
    }
}

/// Where an issue stands in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) value: Option<Key>,
    pub(super) number: i64,
    pub(super) id: i64,
}

impl Place {
    pub(super) fn read(row: &Row<'_>, order: Order) -> rusqlite::Result<Self> {
        let value = match order.value {
            None => None,
            Some(_) => match row.get_ref(0)?.as_i64() {
                Ok(number) => Some(Key::Number(number)),
                Err(_) => Some(Key::Text(row.get(0)?)),
            },
        };
        Ok(Self { value, number: row.get(1)?, id: row.get(2)? })
    }

    /// Reads a cursor that [`to_cursor`](Self::to_cursor) made; nothing of one for another order.
    pub(super) fn of_cursor(cursor: &Cursor, order: Order) -> Option<Self> {
        let (value, number) = match (&cursor.key, order.value) {
            (Key::Number(number), None) => (None, *number),
            (Key::Text(text), Some(column)) => {
                let (number, value) = text.split_once('~')?;
                let value = match is_number(column) {
                    true => Key::Number(value.parse().ok()?),
                    false => Key::Text(value.to_owned()),
                };
                (Some(value), number.parse().ok()?)
            }
            _ => return None,
        };
        Some(Self { value, number, id: cursor.tie })
    }

    /// Issues of equal value are in the order of time, so the cursor has to hold both.
    pub(super) fn to_cursor(&self) -> Cursor {
        let key = match &self.value {
            None => Key::Number(self.number),
            Some(Key::Number(value)) => Key::Text(format!("{}~{value}", self.number)),
            Some(Key::Text(value)) => Key::Text(format!("{}~{value}", self.number)),
        };
        Cursor { key, tie: self.id }
    }
}

fn is_number(column: &str) -> bool {
    matches!(column, "notification_sent" | "ticket_raised")
}

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Key::Number(number) => Ok((*number).into()),
            Key::Text(text) => text.to_sql(),
        }
    }
}
