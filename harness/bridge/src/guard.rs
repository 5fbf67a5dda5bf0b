//! What a text must keep to before a parser sees it, and the two rewrites of WIT.

use crate::{Failure, FficheckLimits};

/// Field that stands for "no fields" in a record, since wit-parser refuses `record e {}`.
pub const EMPTY_RECORD: &str = "fficheck-empty-record";

/// First case of an enum that stands for flags, since wit-parser refuses more than 32 of them.
pub const MANY_FLAGS: &str = "fficheck-many-flags";
const MAX_PLAIN_FLAGS: usize = 32;

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
            let rest = self.source[start..].as_bytes();
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

/// Words up to the next bracket.
fn words_ahead(source: &str, position: usize) -> usize {
    let mut lexer = Lexer { source, position };
    let mut words = 0;
    while let Some((_, token)) = lexer.next() {
        match token {
            Token::Word(_) => words += 1,
            Token::Open | Token::Close => break,
            Token::Arrow | Token::Other(_) => {}
        }
    }
    words
}

/// Refuses a text beyond the limits; answers it with every `record NAME {}` given its marker field and
/// every `flags NAME {...}` of many flags made an enum with its marker case, on the same line, so
/// that line numbers stay.
pub fn prepare_wit(source: &str, file: &str, limits: &FficheckLimits) -> Result<String, Failure> {
    let fail = |message: String, at: usize| Failure::new(message, locate(source, file, at));
    if source.len() > limits.bytes {
        return Err(fail(format!("the text has more than {} bytes", limits.bytes), 0));
    }
    let mut out = String::with_capacity(source.len() + 64);
    let mut copied = 0;
    let mut lexer = Lexer { source, position: 0 };
    let mut depth = 0usize;
    // How much of `record NAME {` was just seen: 0 to 3 (`%` is not counted); the same for flags.
    let mut record = 0;
    let mut flags = 0;
    let mut flags_at = 0;
    while let Some((at, token)) = lexer.next() {
        match token {
            Token::Word(word) => {
                if word.len() > limits.name_length {
                    let message = format!("a name has more than {} bytes", limits.name_length);
                    return Err(fail(message, at));
                }
                if word == EMPTY_RECORD || word == MANY_FLAGS {
                    return Err(fail(format!("the name `{word}` is reserved"), at));
                }
                record = match record {
                    1 => 2,
                    _ if word == "record" => 1,
                    _ => 0,
                };
                flags = match flags {
                    1 => 2,
                    _ if word == "flags" => 1,
                    _ => 0,
                };
                if flags == 1 {
                    flags_at = at;
                }
            }
            Token::Open => {
                depth += 1;
                if depth > limits.nesting {
                    let message = format!("more than {} brackets are open", limits.nesting);
                    return Err(fail(message, at));
                }
                let brace = source[at..].starts_with('{');
                record = if record == 2 && brace { 3 } else { 0 };
                if flags == 2 && brace && words_ahead(source, at + 1) > MAX_PLAIN_FLAGS {
                    out.push_str(&source[copied..flags_at]);
                    out.push_str("enum ");
                    out.push_str(&source[flags_at + "flags".len()..=at]);
                    out.push_str(MANY_FLAGS);
                    out.push(',');
                    copied = at + 1;
                }
                flags = 0;
            }
            Token::Close => {
                if record == 3 && source[at..].starts_with('}') {
                    out.push_str(&source[copied..at]);
                    out.push_str(EMPTY_RECORD);
                    out.push_str(": bool");
                    copied = at;
                }
                depth = depth.saturating_sub(1);
                record = 0;
                flags = 0;
            }
            Token::Other('%') if record == 1 || flags == 1 => {}
            Token::Arrow | Token::Other(_) => {
                record = 0;
                flags = 0;
            }
        }
    }
    out.push_str(&source[copied..]);
    Ok(out)
}
