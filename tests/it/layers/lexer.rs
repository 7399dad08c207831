//! Just enough of Rust's grammar to see which names a file uses.

/// A piece of source text that matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name or a keyword.
    Name(String),
    /// `::`
    PathSeparator,
    /// Any other character that is not blank.
    Other(char),
}

impl Token {
    /// Whether this is the name or keyword `text`.
    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self, Self::Name(name) if name == text)
    }
}

/// The tokens of `source` with their line numbers, without comments and texts.
pub(crate) fn tokens(source: &str) -> Vec<(usize, Token)> {
    let mut reader = Reader {
        rest: source,
        line: 1,
    };
    std::iter::from_fn(|| reader.next()).collect()
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<(usize, Token)> {
        while let Some(skipped) = skipped(self.rest) {
            self.advance(skipped);
        }
        let first = self.rest.chars().next()?;
        let line = self.line;
        let (length, token) = match first {
            _ if self.rest.starts_with("::") => (2, Token::PathSeparator),
            _ if is_part_of_name(first) => {
                let length = self
                    .rest
                    .find(|one| !is_part_of_name(one))
                    .unwrap_or(self.rest.len());
                (length, Token::Name(self.rest[..length].to_owned()))
            }
            other => (other.len_utf8(), Token::Other(other)),
        };
        self.advance(length);
        Some((line, token))
    }

    fn advance(&mut self, length: usize) {
        let (passed, rest) = self.rest.split_at(length);
        self.line += passed.matches('\n').count();
        self.rest = rest;
    }
}

fn is_part_of_name(one: char) -> bool {
    one.is_alphanumeric() || one == '_'
}

/// Length of the blanks, comment or text at the beginning of `rest`.
fn skipped(rest: &str) -> Option<usize> {
    let blanks = rest.len() - rest.trim_start().len();
    if blanks > 0 {
        return Some(blanks);
    }
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let text = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - text.len();
    if prefix <= 1 && text.starts_with('"') {
        return Some(prefix + quoted(text));
    }
    if prefix <= 1 && (text.starts_with("r\"") || text.starts_with("r#")) {
        return raw(text).map(|length| prefix + length);
    }
    character(rest)
}

/// Length of a text in quotes.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, one) in text.char_indices().skip(1) {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a raw text; `None` for a raw name such as `r#type`.
fn raw(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|byte| *byte == b'#').count();
    let body = text.get(1 + hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let start = 2 + hashes;
    Some(
        body.find(&end)
            .map_or(text.len(), |at| start + at + end.len()),
    )
}

/// Length of a character in quotes; `None` for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if body.starts_with('\\') {
        return body[2..].find('\'').map(|at| at + 4);
    }
    let first = body.chars().next()?;
    body[first.len_utf8()..]
        .starts_with('\'')
        .then(|| 2 + first.len_utf8())
}

#[test]
fn comments_texts_and_characters_hide_what_they_contain() {
    let source = r##"a::b /* c::d */ "e::f \" g" r#"h " i"# 'j' '\'' b"k" &'l m // n
o"##;
    let names: Vec<(usize, String)> = tokens(source)
        .into_iter()
        .filter_map(|(line, token)| match token {
            Token::Name(name) => Some((line, name)),
            _ => None,
        })
        .collect();
    let expected = [(1, "a"), (1, "b"), (1, "l"), (1, "m"), (2, "o")];
    assert_eq!(names, expected.map(|(line, name)| (line, name.to_owned())));
}
