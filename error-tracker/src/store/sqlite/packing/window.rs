//! How well the dictionary still does.

/// After so many texts it is asked whether the dictionary has become bad.
const TEXTS: u32 = 5_000;
/// What is packed to more than so many times of what the dictionary could do at first is bad.
const BAD: u64 = 2;

/// The sizes of what was packed of late.
#[derive(Default)]
pub(super) struct Window {
    texts: u32,
    plain: u64,
    packed: u64,
}

impl Window {
    pub(super) fn add(&mut self, plain: usize, packed: usize) {
        self.texts += 1;
        self.plain += plain as u64;
        self.packed += packed as u64;
    }

    /// Tells whether the texts have become others than those that the dictionary was made from:
    /// `percent` is to how much it packed those. The next window begins.
    pub(super) fn is_bad(&mut self, percent: u64) -> bool {
        if self.texts < TEXTS {
            return false;
        }
        let now = self.packed * 100 / self.plain.max(1);
        *self = Self::default();
        now > percent.max(5) * BAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_is_bad_when_texts_pack_to_twice_of_what_they_did() {
        let bad = |packed: usize| {
            let mut window = Window::default();
            (0..TEXTS).for_each(|_| window.add(1_000, packed));
            window.is_bad(20)
        };
        assert!(!bad(200) && !bad(400));
        assert!(bad(450));
    }

    #[test]
    fn a_few_texts_tell_nothing() {
        let mut window = Window::default();
        (0..TEXTS - 1).for_each(|_| window.add(1_000, 1_000));
        assert!(!window.is_bad(20));
    }
}
