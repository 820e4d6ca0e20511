//! The token of one `axion serve`: 256 random bits that live as long as the process. It stands in the address after `#`,
//! which browsers never send; the page shows it once in `hello`, and a second tab may do so again with the same address.

/// The secret.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A fresh one.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(axion_core::hash::hex(&bytes)))
    }

    /// Its text, for the address.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Compares without telling by its duration how much was right.
    pub fn is(&self, shown: &str) -> bool {
        let (ours, shown) = (self.0.as_bytes(), shown.as_bytes());
        if ours.len() != shown.len() {
            return false;
        }
        let difference = ours.iter().zip(shown).fold(0_u8, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(difference) == 0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_itself_and_no_other() {
        let token = Token::new().unwrap();
        let text = token.text().to_owned();
        assert_eq!(text.len(), 64);
        assert!(token.is(&text));
        assert!(!token.is("") && !token.is(&text[1..]) && !token.is(&text.to_uppercase().replace(char::is_numeric, "x")));
        assert!(!token.is(Token::new().unwrap().text()));
        assert!(!format!("{token:?}").contains(&text));
    }
}
