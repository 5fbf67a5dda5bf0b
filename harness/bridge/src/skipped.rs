//! What of a package makes no schema.

use serde_json::{json, Value};
use wit_parser::{Resolve, Span};

/// An interface, type or function that makes no part of a schema, why, and where it stands.
pub struct Skipped {
    interface: String,
    reason: String,
    place: String,
}

impl Skipped {
    pub fn new(
        resolve: &Resolve,
        interface: impl Into<String>,
        reason: impl Into<String>,
        span: Span,
    ) -> Self {
        Skipped {
            interface: interface.into(),
            reason: reason.into(),
            place: line_of(resolve, span),
        }
    }
    pub fn json(&self) -> Value {
        json!({ "interface": self.interface, "reason": self.reason, "where": self.place })
    }
}

/// "file:line"; the column is not the text's own where `prepare_wit` rewrote the line.
fn line_of(resolve: &Resolve, span: Span) -> String {
    if !span.is_known() {
        return String::new();
    }
    let place = resolve.render_location(span);
    match place.rsplit_once(':') {
        Some((line, _column)) => line.to_string(),
        None => place,
    }
}
