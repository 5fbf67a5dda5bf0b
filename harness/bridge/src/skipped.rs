//! What of a package makes no schema.

use serde_json::{json, Value};

/// An interface or function that makes no part of a schema, and why.
pub struct Skipped {
    interface: String,
    reason: String,
}

impl Skipped {
    pub fn new(interface: impl Into<String>, reason: impl Into<String>) -> Self {
        Skipped {
            interface: interface.into(),
            reason: reason.into(),
        }
    }
    pub fn json(&self) -> Value {
        json!({ "interface": self.interface, "reason": self.reason })
    }
}
