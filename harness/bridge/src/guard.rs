//! What a text must keep to before a parser sees it, and the two rewrites of WIT.

use crate::{Failure, FficheckLimits};

/// Field that stands for "no fields" in a record, since wit-parser refuses `record e {}`.
pub const EMPTY_RECORD: &str = "fficheck-empty-record";
/// First case of an enum that stands for flags, since wit-parser refuses more than 32 of them.
pub const WIDE_FLAGS: &str = "fficheck-wide-flags";

/// One lexical element that matters here, with its byte range.
#[derive(PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Open,
    Close,
    Arrow,
    Other(char),
}

struct Lexer<'a> {
    source: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    /// Skips blanks and comments, nested ones too.
    fn skip(&mut self) {
        let bytes = self.source.as_bytes();
        while self.position < bytes.len() {
            let rest = &bytes[self.position..];
            if rest.starts_with(b"//") {
                self.position += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                let mut depth = 0usize;
                while self.position < bytes.len() {
                    let rest = &bytes[self.position..];
                    if rest.starts_with(b"/*") {
                        depth += 1;
                        self.position += 2;
                    } else if rest.starts_with(b"*/") {
                        depth -= 1;
                        self.position += 2;
                        if depth == 0 {
                            break;
                        }
                    } else {
                        self.position += 1;
                    }
                }
            } else if rest[0].is_ascii_whitespace() {
                self.position += 1;
            } else {
                return;
            }
        }
    }

    fn next(&mut self) -> Option<(usize, Token<'a>)> {
        self.skip();
        let start = self.position;
        let first = self.source[start..].chars().next()?;
        let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if first == '-' && self.source[start..].starts_with("->") {
            self.position += 2;
            return Some((start, Token::Arrow));
        }
        if first.is_ascii() && is_word(first as u8) {
            let rest = &self.source.as_bytes()[start..];
            let length = rest.iter().position(|&b| !is_word(b)).unwrap_or(rest.len());
            self.position += length;
            return Some((start, Token::Word(&self.source[start..start + length])));
        }
        self.position += first.len_utf8();
        Some((
            start,
            match first {
                '(' | '[' | '{' | '<' => Token::Open,
                ')' | ']' | '}' | '>' => Token::Close,
                other => Token::Other(other),
            },
        ))
    }
}

/// "file:line:column" of a byte offset, both counted from 1.
pub fn locate(source: &str, file: &str, at: usize) -> String {
    let before = &source.as_bytes()[..at.min(source.len())];
    let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
    format!("{file}:{line}:{column}")
}

/// Keywords that start a definition. wit-parser takes time that grows with the square of their number.
const DEFINING: [&str; 10] = [
    "type",
    "record",
    "variant",
    "enum",
    "flags",
    "resource",
    "interface",
    "world",
    "package",
    "use",
];

/// What was seen of `record NAME {` or `flags NAME {`.
#[derive(Clone, Copy)]
enum Seen<'a> {
    Nothing,
    Keyword(usize, &'a str),
    Name(usize, &'a str),
    /// Where the keyword stands, the keyword, where its brace opened, and how many words since.
    Body(usize, &'a str, usize, usize),
}

/// Refuses a text beyond the limits; answers it with every `record NAME {}` given its marker field and
/// every `flags` of more than 32 made an enum with its marker case, without any new line.
pub fn prepare_wit(source: &str, file: &str, limits: &FficheckLimits) -> Result<String, Failure> {
    let fail = |message: String, at: usize| Failure::new(message, locate(source, file, at));
    if source.len() > limits.bytes {
        return Err(fail(
            format!("the text has more than {} bytes", limits.bytes),
            0,
        ));
    }
    // Text to put in place of some bytes, in order.
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    let mut lexer = Lexer {
        source,
        position: 0,
    };
    let mut depth = 0usize;
    let mut definitions = 0usize;
    let mut seen = Seen::Nothing;
    let mut escaped = false;
    while let Some((at, token)) = lexer.next() {
        let was_escaped = std::mem::replace(&mut escaped, token == Token::Other('%'));
        match token {
            Token::Word(word) => {
                if word.len() > limits.name_length {
                    let message = format!("a name has more than {} bytes", limits.name_length);
                    return Err(fail(message, at));
                }
                if word == EMPTY_RECORD || word == WIDE_FLAGS {
                    return Err(fail(format!("the name `{word}` is reserved"), at));
                }
                if !was_escaped && DEFINING.contains(&word) {
                    definitions += 1;
                    if definitions > limits.definitions {
                        let message = format!("more than {} definitions", limits.definitions);
                        return Err(fail(message, at));
                    }
                }
                seen = match seen {
                    Seen::Keyword(start, keyword) => Seen::Name(start, keyword),
                    Seen::Body(start, keyword, open, words) => {
                        Seen::Body(start, keyword, open, words + 1)
                    }
                    _ if !was_escaped && (word == "record" || word == "flags") => {
                        Seen::Keyword(at, word)
                    }
                    _ => Seen::Nothing,
                };
            }
            Token::Open => {
                depth += 1;
                if depth > limits.nesting {
                    let message = format!("more than {} brackets are open", limits.nesting);
                    return Err(fail(message, at));
                }
                seen = match seen {
                    Seen::Name(start, keyword) if source[at..].starts_with('{') => {
                        Seen::Body(start, keyword, at, 0)
                    }
                    _ => Seen::Nothing,
                };
            }
            Token::Close => {
                if let Seen::Body(start, keyword, open, words) = seen {
                    if keyword == "record" && words == 0 && source[at..].starts_with('}') {
                        edits.push((at, at, format!("{EMPTY_RECORD}: bool")));
                    } else if keyword == "flags" && words > 32 {
                        edits.push((start, start + keyword.len(), "enum ".into()));
                        edits.push((open + 1, open + 1, format!("{WIDE_FLAGS},")));
                    }
                }
                depth = depth.saturating_sub(1);
                seen = Seen::Nothing;
            }
            Token::Other('%') => {}
            Token::Other(_) | Token::Arrow => {
                // Commas and colons of a body; anything else is no definition.
                if !matches!(seen, Seen::Body(..)) {
                    seen = Seen::Nothing;
                }
            }
        }
    }
    let mut out = String::with_capacity(source.len() + 64);
    let mut copied = 0;
    for (begin, end, text) in edits {
        out.push_str(&source[copied..begin]);
        out.push_str(&text);
        copied = end;
    }
    out.push_str(&source[copied..]);
    Ok(out)
}
