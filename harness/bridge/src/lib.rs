//! Published crates behind C functions (bridge.h): texts in, JSON out, no panic across.

mod component;
mod guard;
mod skipped;
mod unit;
mod wave;
mod wit;

// wasmtime's C API (wasmtime.h) is part of this library.
#[cfg(feature = "wasmtime")]
pub use wasmtime_c_api;

use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Once;

/// What went wrong and where: "file:line:column", or empty; `at` is a byte offset for WAVE.
#[derive(Debug, Default)]
pub struct Failure {
    pub message: String,
    pub location: String,
    pub at: Option<usize>,
}

impl Failure {
    pub fn new(message: impl Into<String>, location: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            location: location.into(),
            at: None,
        }
    }
}

pub type Outcome<T = String> = Result<T, Failure>;

#[repr(C)]
pub struct FficheckAnswer {
    ok: i32,
    data: *mut u8,
    size: usize,
}

/// As in bridge.h.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct FficheckLimits {
    pub bytes: usize,
    pub nesting: usize,
    pub name_length: usize,
    pub definitions: usize,
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}
static HOOK: Once = Once::new();

/// Runs `work`; a panic becomes a failure, without the default message on stderr.
fn contained<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.with(Cell::get) {
                before(info);
            }
        }));
    });
    let was_quiet = QUIET.with(|quiet| quiet.replace(true));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    QUIET.with(|quiet| quiet.set(was_quiet));
    outcome.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("unknown");
        Err(Failure::new(format!("the bridge panicked: {text}"), ""))
    })
}

/// Runs `work` on a thread whose stack is large enough for whatever `FficheckLimits` let through:
/// wit-parser follows chains of types by recursion.
fn on_large_stack(work: impl FnOnce() -> Outcome + Send) -> Outcome {
    const STACK: usize = 1 << 30;
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || contained(work))
            .map_err(|error| Failure::new(format!("no thread for the parser: {error}"), ""))?
            .join()
            .unwrap_or_else(|_| Err(Failure::new("the parser panicked", "")))
    })
}

fn answer<T: Into<Vec<u8>>>(outcome: Outcome<T>) -> FficheckAnswer {
    let (ok, bytes) = match outcome {
        Ok(result) => (1, result.into()),
        Err(failure) => {
            let error = serde_json::json!({
                "message": failure.message, "where": failure.location, "at": failure.at,
            });
            (0, error.to_string().into_bytes())
        }
    };
    let bytes = bytes.into_boxed_slice();
    let size = bytes.len();
    FficheckAnswer {
        ok,
        data: Box::into_raw(bytes) as *mut u8,
        size,
    }
}

/// The bytes as text, or a failure that says where UTF-8 ends.
///
/// # Safety
/// `data` points to `size` readable bytes, or `size` is 0.
unsafe fn text<'a>(data: *const u8, size: usize) -> Result<&'a str, Failure> {
    if size == 0 {
        return Ok("");
    }
    std::str::from_utf8(std::slice::from_raw_parts(data, size)).map_err(|error| Failure {
        at: Some(error.valid_up_to()),
        ..Failure::new(
            format!("not valid UTF-8 at byte {}", error.valid_up_to()),
            "",
        )
    })
}

/// # Safety
/// As bridge.h: `data` and `file` point to that many bytes.
#[no_mangle]
pub unsafe extern "C" fn fficheck_bridge_parse_wit(
    data: *const u8,
    size: usize,
    file: *const u8,
    file_size: usize,
    limits: FficheckLimits,
) -> FficheckAnswer {
    let (source, file) = (text(data, size), text(file, file_size).unwrap_or("WIT"));
    answer(
        source
            .and_then(|source| on_large_stack(|| wit::parse_text(source, file, &limits)))
            .map_err(|failure| match failure.location.is_empty() {
                true => Failure {
                    location: file.to_string(),
                    ..failure
                },
                false => failure,
            }),
    )
}

/// # Safety
/// As bridge.h: `path` points to `path_size` bytes.
#[no_mangle]
pub unsafe extern "C" fn fficheck_bridge_parse_wit_path(
    path: *const u8,
    path_size: usize,
    limits: FficheckLimits,
) -> FficheckAnswer {
    let path = text(path, path_size);
    answer(path.and_then(|path| on_large_stack(|| wit::parse_path(path, &limits))))
}

/// # Safety
/// As bridge.h: `data` points to `size` bytes.
#[no_mangle]
pub unsafe extern "C" fn fficheck_bridge_parse_wave(
    data: *const u8,
    size: usize,
    limits: FficheckLimits,
) -> FficheckAnswer {
    let source = text(data, size);
    answer(source.and_then(|source| contained(|| wave::parse_value(source, &limits))))
}

/// # Safety
/// As bridge.h: `data` points to `size` bytes.
#[no_mangle]
pub unsafe extern "C" fn fficheck_bridge_parse_wave_call(
    data: *const u8,
    size: usize,
    limits: FficheckLimits,
) -> FficheckAnswer {
    let source = text(data, size);
    answer(source.and_then(|source| contained(|| wave::parse_call(source, &limits))))
}

/// # Safety
/// As bridge.h: each pointer points to that many bytes.
#[no_mangle]
pub unsafe extern "C" fn fficheck_bridge_componentize(
    module: *const u8,
    module_size: usize,
    wit: *const u8,
    wit_size: usize,
    world: *const u8,
    world_size: usize,
    string_encoding: i32,
) -> FficheckAnswer {
    let module = std::slice::from_raw_parts(module, module_size);
    let (wit, world) = (text(wit, wit_size), text(world, world_size));
    answer(contained(|| {
        component::wrap(module, wit?, world?, string_encoding)
            .map_err(|message| Failure::new(message, ""))
    }))
}

/// # Safety
/// `answer` came from a function of this file and is freed once.
#[no_mangle]
pub unsafe extern "C" fn fficheck_bridge_free(answer: FficheckAnswer) {
    if !answer.data.is_null() {
        drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(
            answer.data,
            answer.size,
        )));
    }
}
