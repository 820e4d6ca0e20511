//! The one-time token that a runner shows in its hello. Random, compared in constant time.

use crate::error::RunnerError;

/// 32 random bytes in hex.
pub(crate) fn fresh() -> Result<String, RunnerError> {
    random_hex::<32>()
}

/// `N` random bytes in hex, for names and tokens.
pub(crate) fn random_hex<const N: usize>() -> Result<String, RunnerError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| RunnerError::Spawn { stage: "random numbers", source: std::io::Error::other(error.to_string()) })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Equality whose time depends on the length of `shown` only.
pub(crate) fn same(expected: &str, shown: &str) -> bool {
    let (expected, shown) = (expected.as_bytes(), shown.as_bytes());
    let mut difference = u8::from(expected.len() != shown.len()) | u8::from(expected.is_empty());
    for (at, byte) in shown.iter().enumerate() {
        difference |= byte ^ expected.get(at).copied().unwrap_or(0);
    }
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_token_is_the_same() {
        let token = fresh().unwrap();
        assert_eq!(token.len(), 64);
        assert!(same(&token, &token.clone()));
        assert!(!same(&token, &fresh().unwrap()));
        for other in ["", &token[1..], &format!("{token}0"), &token.to_uppercase().replace('A', "B")] {
            assert!(!same(&token, other), "{other}");
        }
        assert!(!same("", ""));
    }
}
