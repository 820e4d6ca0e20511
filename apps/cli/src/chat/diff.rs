//! A change of a file as a person reads it in a terminal: what goes and what comes, with a line around it. No full diff: what is the same at the
//! beginning and at the end is left out, and a long middle is cut.

use axion_protocol::FileChange;

use crate::say;

const MOST_LINES: usize = 40;

/// The lines to show.
pub fn lines(change: &FileChange) -> Vec<String> {
    let path = say::plain(&change.path);
    if change.too_large == Some(true) {
        return vec![format!("  {path}: too large to be shown")];
    }
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    let mut shown = vec![format!(
        "  {} {path}",
        if before.is_none() {
            "new file"
        } else if after.is_none() {
            "removes"
        } else {
            "changes"
        }
    )];
    let old: Vec<&str> = before.unwrap_or_default().lines().collect();
    let new: Vec<&str> = after.unwrap_or_default().lines().collect();
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[same..].iter().rev().zip(new[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    if same > 0 {
        shown.push(format!("  {:>5}   {}", same, say::plain(old[same - 1])));
    }
    let part = |mark: char, lines: &[&str], shown: &mut Vec<String>| {
        for (index, line) in lines.iter().take(MOST_LINES).enumerate() {
            shown.push(format!("  {:>5} {mark} {}", same + index + 1, say::plain(line)));
        }
        if lines.len() > MOST_LINES {
            shown.push(format!("        {mark} … {} more lines", lines.len() - MOST_LINES));
        }
    };
    part('-', &old[same..old.len() - tail], &mut shown);
    part('+', &new[same..new.len() - tail], &mut shown);
    if old == new {
        shown.push("        only line ends or the last line's end differ".to_owned());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: Option<&str>, after: Option<&str>) -> FileChange {
        FileChange {
            folder_id: "f".try_into().unwrap(),
            path: "a.txt".into(),
            before: before.map(Into::into),
            after: after.map(Into::into),
            too_large: None,
        }
    }

    #[test]
    fn shows_what_differs_and_the_line_before() {
        let shown = lines(&change(Some("a\nb\nc\nd\n"), Some("a\nB\nB2\nc\nd\n")));
        assert_eq!(shown, ["  changes a.txt", "      1   a", "      2 - b", "      2 + B", "      3 + B2"]);
        assert_eq!(lines(&change(None, Some("x\u{1b}[2J\n")))[1], "      1 + x [2J");
        assert_eq!(lines(&change(Some("x"), Some("x\n"))).len(), 3);
        let long: String = (0..100).map(|n| format!("{n}\n")).collect();
        assert_eq!(lines(&change(None, Some(&long))).len(), MOST_LINES + 2);
        assert!(lines(&change(Some("a\na\n"), Some("a\n"))).iter().any(|line| line.contains("- a")));
    }
}
