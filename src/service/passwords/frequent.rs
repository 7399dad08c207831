//! Which passwords everybody tries first.
//!
//! Lists of leaked passwords are mostly a few hundred words with a digit, a year or a mark added, walks over
//! the keyboard, and short pieces repeated. Rules for these refuse far more than the usual 3,000.

use std::{collections::HashSet, sync::LazyLock};

/// Words that passwords are made of, in small letters.
static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("words.txt").split_ascii_whitespace().collect());

/// Keys and letters in an order that fingers or minds follow, forwards or backwards.
const WALKS: &[&str] = &[
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl;'",
    "qsdfghjklm",
    "zxcvbnm,./",
    "yxcvbnm,.-",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1a2b3c4d5e6f7g8h9i0j",
    "a1b2c3d4e5f6g7h8i9j0",
    "!@#$%^&*()_+",
    "zaqxswcdevfrbgtnhymjukilop",
];

/// Longest piece that makes a password weak when the password is nothing but this piece repeated.
const LONGEST_PIECE: usize = 4;

/// Most characters around a word that leave it as guessable as it was: a year and a mark, for example.
const MOST_AROUND: usize = 6;

/// Digits alone are dates and telephone numbers up to this length.
const LONGEST_NUMBER: usize = 11;

/// Whether `password` is among those that everybody tries first, or easily made from one of them.
pub(super) fn is_common(password: &str) -> bool {
    let small = password.to_lowercase();
    let chars: Vec<char> = small.chars().collect();
    is_number(&chars) || is_repetition(&chars) || is_walk(&chars) || is_word(&chars)
}

fn is_number(chars: &[char]) -> bool {
    chars.len() <= LONGEST_NUMBER
        && chars
            .iter()
            .all(|c| c.is_ascii_digit() || "-./ ".contains(*c))
}

fn is_repetition(chars: &[char]) -> bool {
    (1..=LONGEST_PIECE).any(|piece| {
        chars.len() > piece && (piece..chars.len()).all(|at| chars[at] == chars[at - piece])
    })
}

/// Whether nothing but up to three walks, each of three keys or more.
fn is_walk(chars: &[char]) -> bool {
    let mut rest = chars;
    for _ in 0..3 {
        let walked = longest_walk(rest);
        if walked < 3 {
            return false;
        }
        rest = &rest[walked..];
        if rest.is_empty() {
            return true;
        }
    }
    false
}

fn longest_walk(chars: &[char]) -> usize {
    let mut longest = 0;
    for walk in WALKS {
        let forwards: Vec<char> = walk.chars().collect();
        let backwards: Vec<char> = walk.chars().rev().collect();
        for keys in [forwards, backwards] {
            longest = (0..keys.len())
                .map(|from| common_start(&keys[from..], chars))
                .fold(longest, usize::max);
        }
    }
    longest
}

fn common_start(one: &[char], other: &[char]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// Whether a word, or two, with little around it, letters perhaps disguised.
fn is_word(chars: &[char]) -> bool {
    let plain: Vec<char> = chars.iter().map(|c| undisguise(*c)).collect();
    contains_word(chars) || contains_word(&plain)
}

fn contains_word(chars: &[char]) -> bool {
    let is_letter = |c: &char| c.is_alphabetic();
    let Some(from) = chars.iter().position(is_letter) else {
        return false;
    };
    let through = chars.iter().rposition(is_letter).unwrap_or(from);
    let around = from + (chars.len() - 1 - through);
    let middle: String = chars[from..=through].iter().collect();
    (around <= MOST_AROUND || is_walk(&chars[through + 1..]) && from == 0) && is_words(&middle)
}

fn is_words(text: &str) -> bool {
    let known = |part: &str| WORDS.contains(part);
    known(text)
        || text
            .char_indices()
            .skip(1)
            .any(|(at, _)| text[..at] == text[at..] && known(&text[..at]))
}

/// The letter that a digit or mark stands for in disguised words.
const fn undisguise(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_lead_every_list_are_refused() {
        for common in [
            "12345678",
            "123456789",
            "1234567890",
            "0987654321",
            "11111111",
            "12341234",
            "19870412",
            "password",
            "Password1",
            "PASSWORD123!",
            "p@ssw0rd",
            "Pa55word",
            "passwort1",
            "password12345678",
            "qwertyui",
            "qwertyuiop",
            "asdfghjkl",
            "zxcvbnm,",
            "1qaz2wsx",
            "1q2w3e4r",
            "1q2w3e4r5t",
            "qazwsxedc",
            "abc12345",
            "abcd1234",
            "qwer1234",
            "qwe123asd",
            "a1b2c3d4",
            "abcdefgh",
            "aaaaaaaa",
            "abababab",
            "xyzxyzxyz",
            "iloveyou",
            "iloveyou2",
            "princess",
            "sunshine1",
            "football",
            "baseball12",
            "superman",
            "michael1",
            "letmein123",
            "welcome2024",
            "Summer2025!",
            "dragon99!",
            "trustno1",
            "monkey123",
            "!!admin!!",
            "testtest",
            "secret123",
            "lovelove",
            "woaini520",
            "charlie1",
        ] {
            if common.chars().count() >= 8 {
                assert!(is_common(common), "{common}");
            }
        }
    }

    #[test]
    fn passwords_that_nobody_else_has_are_taken() {
        for rare in [
            "correct horse battery staple",
            "tr0ub4dor&3x",
            "kestrel-mill-9",
            "wq7!xLmP",
            "Ünïcödé-häuser",
            "我的猫喜欢喝牛奶吗",
            "a sentence is fine",
            "blue!harbour?13",
            "83916502847361",
            "passwordless-is-nice",
        ] {
            assert!(!is_common(rare), "{rare}");
        }
    }

    #[test]
    fn far_more_than_three_thousand_passwords_are_refused() {
        let tails = [
            "", "1", "12", "123", "1234", "!", "2024", "2025!", "69", "01",
        ];
        let refused = WORDS
            .iter()
            .flat_map(|word| tails.map(|tail| format!("{word}{tail}")))
            .filter(|password| password.len() >= 8 && is_common(password))
            .count();
        assert!(refused > 3_000, "{refused}");
    }
}
