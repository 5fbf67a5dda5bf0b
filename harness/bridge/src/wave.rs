//! WAVE without types: the caller, who has the schema, gives the nodes their meaning.

use serde_json::{json, Value};
use wasm_wave::ast::{Node, NodeType};
use wasm_wave::parser::ParserError;
use wasm_wave::untyped::{UntypedFuncCall, UntypedValue};

use crate::{Failure, FficheckLimits, Outcome};

fn check(source: &str, limits: &FficheckLimits) -> Result<(), Failure> {
    // Nesting is limited by wasm-wave itself, to 100 values in one another.
    if source.len() > limits.bytes {
        return Err(Failure::new(
            format!("the text has more than {} bytes", limits.bytes),
            "",
        ));
    }
    Ok(())
}

fn failure(error: ParserError) -> Failure {
    let message = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    Failure {
        at: Some(error.span().start),
        ..Failure::new(message, "")
    }
}

fn children<'a>(nodes: impl Iterator<Item = &'a Node>, source: &str) -> Result<Value, ParserError> {
    Ok(Value::Array(
        nodes
            .map(|node| tree(node, source))
            .collect::<Result<_, _>>()?,
    ))
}

fn tree(node: &Node, source: &str) -> Result<Value, ParserError> {
    let at = node.span().start;
    Ok(match node.ty() {
        NodeType::BoolTrue => json!(["t", at]),
        NodeType::BoolFalse => json!(["f", at]),
        NodeType::Number => json!(["n", at, source[node.span()]]),
        NodeType::Char => json!(["c", at, node.as_char(source)? as u32]),
        NodeType::String | NodeType::MultilineString => {
            let text = node.as_str(source)?.into_owned();
            Value::Array(vec![json!("s"), json!(at), Value::String(text)])
        }
        NodeType::Tuple => json!(["(", at, children(node.as_tuple()?, source)?]),
        NodeType::List => json!(["[", at, children(node.as_list()?, source)?]),
        NodeType::TupleSet => {
            let fields = node
                .as_record(source)?
                .map(|(key, value)| Ok(json!([key, tree(value, source)?])))
                .collect::<Result<Vec<_>, ParserError>>()?;
            json!(["{", at, fields])
        }
        NodeType::EmptySet => json!(["{}", at]),
        NodeType::Flags => json!(["flags", at, node.as_flags(source)?.collect::<Vec<_>>()]),
        NodeType::Label => json!(["label", at, node.as_enum(source)?]),
        NodeType::VariantWithPayload => {
            let (label, payload) = node.as_variant(source)?;
            match payload {
                Some(payload) => json!(["case", at, label, tree(payload, source)?]),
                None => json!(["label", at, label]),
            }
        }
        NodeType::OptionSome | NodeType::OptionNone => match node.as_option()? {
            Some(some) => json!(["some", at, tree(some, source)?]),
            None => json!(["none", at]),
        },
        NodeType::ResultOk | NodeType::ResultErr => {
            let (tag, payload) = match node.as_result()? {
                Ok(payload) => ("ok", payload),
                Err(payload) => ("err", payload),
            };
            match payload {
                Some(payload) => json!([tag, at, tree(payload, source)?]),
                None => json!([tag, at]),
            }
        }
    })
}

pub fn parse_value(source: &str, limits: &FficheckLimits) -> Outcome {
    check(source, limits)?;
    let value = UntypedValue::parse(source).map_err(failure)?;
    Ok(tree(value.node(), source).map_err(failure)?.to_string())
}

pub fn parse_call(source: &str, limits: &FficheckLimits) -> Outcome {
    check(source, limits)?;
    let call = UntypedFuncCall::parse(source).map_err(failure)?;
    let args = match call.params_node() {
        Some(params) => children(params.as_tuple().map_err(failure)?, source).map_err(failure)?,
        None => json!([]),
    };
    let name = call.name().to_string();
    Ok(json!({ "name": name, "args": args }).to_string())
}
