//! The source files: what each one names, and how long it and its functions are.

use std::{collections::BTreeSet, fs, path::Path};

use super::lexer::{Token, tokens};
use crate::documents::repository;

/// One file below `src/`, without its unit tests.
pub(crate) struct Source {
    /// Path from `src/`, for example `store/keys.rs`.
    pub(crate) path: String,
    tokens: Vec<(usize, Token)>,
}

impl Source {
    /// Every file below `src/`, except those that hold nothing but unit tests.
    pub(crate) fn all() -> Vec<Self> {
        let root = repository("src");
        let mut files = Vec::new();
        collect(&root, &mut files);
        let sources = files.iter().map(|file| {
            let path = file
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            let text = fs::read_to_string(file).unwrap();
            Self {
                path,
                tokens: without_tests(tokens(&text)),
            }
        });
        sources.filter(|source| !source.is_test()).collect()
    }

    /// The layer the file belongs to: its folder, or its own name directly below `src/`.
    pub(crate) fn layer(&self) -> &str {
        let end = self.path.find('/').unwrap_or(self.path.len() - ".rs".len());
        &self.path[..end]
    }

    fn is_test(&self) -> bool {
        self.path
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs")
    }

    /// Modules of the crate's root that the file names.
    pub(crate) fn layers_named(&self) -> BTreeSet<String> {
        let depth = self.path.matches('/').count() + usize::from(!self.path.ends_with("mod.rs"));
        let mut named = BTreeSet::new();
        for at in 0..self.tokens.len() {
            let token = &self.tokens[at].1;
            let preceded = at > 0 && self.tokens[at - 1].1 == Token::PathSeparator;
            if preceded || !(token.is("crate") || token.is("super")) {
                continue;
            }
            let supers = self.supers(at);
            let rest = if token.is("crate") {
                at + 1
            } else {
                at + 2 * supers - 1
            };
            let at_root = token.is("crate") || supers == depth;
            if at_root && self.is_separator(rest) {
                named.extend(self.heads(rest + 1));
            }
        }
        named
    }

    /// Which of `crates` the file names.
    pub(crate) fn crates_named<'a>(&self, crates: &'a [String]) -> BTreeSet<&'a str> {
        let named = |at: usize| {
            let begins = at == 0 || self.tokens[at - 1].1 != Token::PathSeparator;
            let imported = at > 0 && self.tokens[at - 1].1.is("use");
            begins && (self.is_separator(at + 1) || imported)
        };
        crates
            .iter()
            .map(String::as_str)
            .filter(|wanted| {
                (0..self.tokens.len()).any(|at| self.tokens[at].1.is(wanted) && named(at))
            })
            .collect()
    }

    /// Name, first line and number of lines of each function.
    pub(crate) fn functions(&self) -> Vec<(String, usize, usize)> {
        (0..self.tokens.len())
            .filter(|at| self.tokens[*at].1.is("fn"))
            .filter_map(|at| {
                let Token::Name(name) = &self.tokens.get(at + 1)?.1 else {
                    return None;
                };
                let (first, last) = (self.tokens[at].0, self.end_of_body(at)?);
                Some((name.clone(), first, last - first + 1))
            })
            .collect()
    }

    /// Line of the brace that closes the body of the function at `at`; `None` when it has no body.
    fn end_of_body(&self, at: usize) -> Option<usize> {
        let (mut open, mut nested) = (0_usize, 0_usize);
        for (line, token) in &self.tokens[at..] {
            match token {
                Token::Other('(' | '[') => nested += 1,
                Token::Other(')' | ']') => nested = nested.saturating_sub(1),
                Token::Other('{') => open += 1,
                Token::Other('}') if open == 1 => return Some(*line),
                Token::Other('}') => open -= 1,
                Token::Other(';') if open == 0 && nested == 0 => return None,
                _ => {}
            }
        }
        None
    }

    fn is_separator(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|(_, token)| *token == Token::PathSeparator)
    }

    /// How many `super`s follow one another from `at` on.
    fn supers(&self, at: usize) -> usize {
        let chain = self.tokens[at..].iter().step_by(2);
        chain.take_while(|(_, token)| token.is("super")).count()
    }

    /// First names of what stands at `at`: one name, or a group in braces.
    fn heads(&self, at: usize) -> Vec<String> {
        let mut heads = Vec::new();
        let (mut depth, mut begins) = (0_usize, true);
        for (_, token) in &self.tokens[at..] {
            match token {
                Token::Name(name) if begins && depth <= 1 => {
                    heads.push(name.clone());
                    begins = false;
                }
                Token::Other('{') => depth += 1,
                Token::Other('}') => depth -= 1,
                Token::Other(',') if depth == 1 => begins = true,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        heads
    }
}

/// Cuts modules that are compiled for tests only.
fn without_tests(mut tokens: Vec<(usize, Token)>) -> Vec<(usize, Token)> {
    let test_module = |window: &[(usize, Token)]| {
        let marks = ["cfg", "test", "mod", "tests"];
        let names: Vec<&Token> = window
            .iter()
            .map(|(_, token)| token)
            .filter(|token| matches!(token, Token::Name(_)))
            .collect();
        names.len() == marks.len() && names.iter().zip(marks).all(|(name, mark)| name.is(mark))
    };
    // `# [ cfg ( test ) ] mod tests {`
    if let Some(at) = tokens
        .windows(10)
        .position(|window| window[0].1 == Token::Other('#') && test_module(window))
    {
        tokens.truncate(at);
    }
    tokens
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
