//! Ids of commits, as people read them.

/// Shortens an id to its first ten characters.
pub(crate) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_shown_by_its_beginning() {
        assert_eq!((short("0123456789abcdef"), short("0123")), ("0123456789", "0123"));
    }
}
