//! Components out of core modules: wit-component and the preview1 adapter.

use wit_component::{embed_component_metadata, ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// An adapter whose functions never leave the component, for what Go's runtime calls wherever it
/// allocates, even in cabi_realloc and in post-return, where leaving traps:
///   (global $now (mut i64) (i64.const 1000000000))
///   (func (export "clock_time_get") (param i32 i64) (param $out i32) (result i32)
///     (local.get $out)
///     (global.set $now (i64.add (global.get $now) (i64.const 1000)))
///     (i64.store (global.get $now)) (i32.const 0))
///   (func (export "sched_yield") (result i32) (i32.const 0))
/// The main module's memory is imported as "env" "memory".
#[rustfmt::skip]
const QUIET_ADAPTER: &[u8] = &[
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x0c, 0x02, 0x60, 0x03, 0x7f, 0x7e, 0x7f,
    0x01, 0x7f, 0x60, 0x00, 0x01, 0x7f, 0x02, 0x0f, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d, 0x65,
    0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00, 0x00, 0x03, 0x03, 0x02, 0x00, 0x01, 0x06, 0x0a, 0x01, 0x7e,
    0x01, 0x42, 0x80, 0x94, 0xeb, 0xdc, 0x03, 0x0b, 0x07, 0x20, 0x02, 0x0e, 0x63, 0x6c, 0x6f, 0x63,
    0x6b, 0x5f, 0x74, 0x69, 0x6d, 0x65, 0x5f, 0x67, 0x65, 0x74, 0x00, 0x00, 0x0b, 0x73, 0x63, 0x68,
    0x65, 0x64, 0x5f, 0x79, 0x69, 0x65, 0x6c, 0x64, 0x00, 0x01, 0x0a, 0x1a, 0x02, 0x13, 0x00, 0x20,
    0x02, 0x23, 0x00, 0x42, 0xe8, 0x07, 0x7c, 0x24, 0x00, 0x23, 0x00, 0x37, 0x03, 0x00, 0x41, 0x00,
    0x0b, 0x04, 0x00, 0x41, 0x00, 0x0b,
];

fn string_encoding(number: i32) -> StringEncoding {
    match number {
        1 => StringEncoding::UTF16,
        2 => StringEncoding::CompactUTF16,
        _ => StringEncoding::UTF8,
    }
}

/// Wraps `module` as a component of `world`, which the WIT text's last package holds, and validates it.
pub fn wrap(module: &[u8], wit: &str, world: &str, encoding: i32) -> Result<Vec<u8>, String> {
    let encode = || -> anyhow::Result<Vec<u8>> {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("world.wit", wit)?;
        let world = resolve.select_world(&[package], Some(world))?;
        let mut module = module.to_vec();
        embed_component_metadata(
            &mut module,
            &resolve,
            world,
            string_encoding(encoding),
            false,
        )?;
        ComponentEncoder::default()
            .validate(true)
            .module(&module)?
            .adapter(
                "wasi_snapshot_preview1",
                wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            )?
            .adapter("fficheck_quiet", QUIET_ADAPTER)?
            .encode()
    };
    encode().map_err(|error| format!("{error:#}"))
}
