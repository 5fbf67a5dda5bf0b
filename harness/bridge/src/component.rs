//! Components out of core modules: wit-component and the preview1 adapter.

use wit_component::{embed_component_metadata, ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

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
        embed_component_metadata(&mut module, &resolve, world, string_encoding(encoding), false)?;
        ComponentEncoder::default()
            .validate(true)
            .module(&module)?
            .adapter(
                "wasi_snapshot_preview1",
                wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
            )?
            .encode()
    };
    encode().map_err(|error| format!("{error:#}"))
}
