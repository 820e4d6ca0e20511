//! Keeps a provider from handing a key back: replies that repeat the key they were asked with (some do, in errors; a hostile one may at any time) pass through
//! here, and `[key]` stands in its place, however the reply is cut into pieces. What went before the key is not held up.

use zeroize::Zeroizing;

const INSTEAD: &[u8] = b"[key]";
/// What is shorter is no secret but a word that a server without keys wants to hear, and may occur anywhere.
const SHORTEST: usize = 12;

/// Replaces one text in a stream of bytes.
pub(super) struct Veil {
    key: Zeroizing<Vec<u8>>,
    /// The end of what came, where it may be the beginning of the key.
    held: Zeroizing<Vec<u8>>,
}

impl Veil {
    pub(super) fn new(key: Option<&str>) -> Self {
        let key = key.filter(|key| key.len() >= SHORTEST).unwrap_or_default();
        Self { key: Zeroizing::new(key.as_bytes().to_vec()), held: Zeroizing::new(Vec::new()) }
    }

    /// What may be passed on of the stream up to the end of this piece.
    pub(super) fn pass(&mut self, piece: &[u8]) -> Vec<u8> {
        let Some(first) = self.key.first().copied() else { return piece.to_vec() };
        let mut whole = std::mem::take(&mut *self.held);
        whole.extend_from_slice(piece);
        let mut out = Vec::with_capacity(whole.len());
        let mut rest: &[u8] = &whole;
        while let Some(at) = rest.iter().position(|byte| *byte == first) {
            let (before, from) = rest.split_at(at);
            out.extend_from_slice(before);
            if let Some(after) = from.strip_prefix(self.key.as_slice()) {
                out.extend_from_slice(INSTEAD);
                rest = after;
            } else if self.key.starts_with(from) {
                *self.held = from.to_vec();
                return out;
            } else {
                out.push(first);
                rest = from.get(1..).unwrap_or_default();
            }
        }
        out.extend_from_slice(rest);
        out
    }

    /// The stream is over: what was held was not the key.
    pub(super) fn end(&mut self) -> Vec<u8> {
        std::mem::take(&mut *self.held)
    }

    /// The same for a text that is there as a whole.
    pub(super) fn text(&self, text: &str) -> String {
        let key = std::str::from_utf8(&self.key).unwrap_or_default();
        if key.is_empty() { text.to_owned() } else { text.replace(key, "[key]") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-aaab-aaabaaac";

    fn through(key: Option<&str>, pieces: &[&[u8]]) -> String {
        let mut veil = Veil::new(key);
        let mut out: Vec<u8> = pieces.iter().flat_map(|piece| veil.pass(piece)).collect();
        out.extend(veil.end());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_key_does_not_come_back_however_it_is_cut() {
        let reply = format!("data: Bearer {KEY}, {KEY}{KEY} sk-aaab-aaab sk-aaab-aaabaaa{KEY} ß {}", &KEY[..7]);
        let expected = "data: Bearer [key], [key][key] sk-aaab-aaab sk-aaab-aaabaaa[key] ß sk-aaab";
        let bytes = reply.as_bytes();
        assert_eq!(through(Some(KEY), &[bytes]), expected);
        for size in 1..=bytes.len() {
            assert_eq!(through(Some(KEY), &bytes.chunks(size).collect::<Vec<_>>()), expected, "pieces of {size}");
        }
    }

    #[test]
    fn what_cannot_be_the_key_is_not_held_up() {
        let mut veil = Veil::new(Some(KEY));
        assert_eq!(veil.pass(b"data: hello\n\n"), b"data: hello\n\n");
        assert_eq!(veil.pass(b"tasks."), b"tasks.");
        assert_eq!(veil.pass(b"sk-aa"), b"");
        assert_eq!(veil.pass(b"x"), b"sk-aax");
    }

    #[test]
    fn no_key_and_short_words_change_nothing() {
        for key in [None, Some(""), Some("ollama"), Some("lm-studio")] {
            assert_eq!(through(key, &[b"I am ollama, ", b"not lm-studio"]), "I am ollama, not lm-studio");
        }
        assert_eq!(Veil::new(Some(KEY)).text(&format!("x {KEY}")), "x [key]");
    }
}
