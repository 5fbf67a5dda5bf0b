//! Components out of core modules: wit-parser, wit-component and the preview1 adapter behind C.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::slice;

use wit_component::{embed_component_metadata, ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// Bytes that Rust owns; given back by `ffb_bytes_free`. An error's text is UTF-8.
#[repr(C)]
pub struct FfbBytes {
    pub data: *mut u8,
    pub len: usize,
    /// 0: what was asked for; 1: the text of an error.
    pub failed: i32,
}

impl FfbBytes {
    fn new(bytes: Vec<u8>, failed: bool) -> FfbBytes {
        let boxed = bytes.into_boxed_slice();
        let len = boxed.len();
        FfbBytes {
            data: Box::into_raw(boxed) as *mut u8,
            len,
            failed: i32::from(failed),
        }
    }
}

/// # Safety
/// `bytes` came from this crate and is given back once.
#[no_mangle]
pub unsafe extern "C" fn ffb_bytes_free(bytes: FfbBytes) {
    if !bytes.data.is_null() {
        drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(
            bytes.data, bytes.len,
        )));
    }
}

fn guarded(body: impl FnOnce() -> anyhow::Result<Vec<u8>>) -> FfbBytes {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(bytes)) => FfbBytes::new(bytes, false),
        Ok(Err(error)) => FfbBytes::new(format!("{error:#}").into_bytes(), true),
        Err(_) => FfbBytes::new(b"the bridge panicked".to_vec(), true),
    }
}

fn encoding(number: i32) -> StringEncoding {
    match number {
        1 => StringEncoding::UTF16,
        2 => StringEncoding::CompactUTF16,
        _ => StringEncoding::UTF8,
    }
}

fn componentize(module: &[u8], wit: &str, world: &str, enc: i32) -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("batch.wit", wit)?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut module = module.to_vec();
    embed_component_metadata(&mut module, &resolve, world, encoding(enc))?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .adapter(
            "wasi_snapshot_preview1",
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .encode()
}

/// Wraps a core module as a component of `world` (a name in the WIT text, which holds nested packages), with
/// string encoding 0 utf8, 1 utf16, 2 latin1+utf16. The component is validated.
///
/// # Safety
/// The pointers are valid for their lengths; texts are UTF-8.
#[no_mangle]
pub unsafe extern "C" fn ffb_componentize(
    module: *const u8,
    module_len: usize,
    wit: *const u8,
    wit_len: usize,
    world: *const u8,
    world_len: usize,
    string_encoding: i32,
) -> FfbBytes {
    let module = slice::from_raw_parts(module, module_len);
    let wit = slice::from_raw_parts(wit, wit_len);
    let world = slice::from_raw_parts(world, world_len);
    guarded(|| {
        componentize(
            module,
            std::str::from_utf8(wit)?,
            std::str::from_utf8(world)?,
            string_encoding,
        )
    })
}
