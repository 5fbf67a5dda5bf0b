/* C functions of the Rust crate in this directory: wit-parser and wasm-wave behind plain texts.
 * Every function answers JSON (componentize: bytes) and never unwinds into its caller; a panic
 * inside is an error. */
#ifndef FFICHECK_HARNESS_BRIDGE_BRIDGE_H
#define FFICHECK_HARNESS_BRIDGE_BRIDGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An answer, owned by the bridge until fficheck_bridge_free. `ok` is 1 or 0; `data` holds `size`
 * bytes of JSON: the result, or {"message", "where"} of the error, where `where` is
 * "file:line:column" or empty. */
typedef struct {
  int32_t ok;
  char *data;
  size_t size;
} FficheckAnswer;

/* Limits of untrusted text, beyond which it is refused before a parser sees it. */
typedef struct {
  size_t bytes;       /* of one text or file */
  size_t nesting;     /* brackets open at once */
  size_t name_length; /* bytes of one identifier */
  size_t definitions; /* types, interfaces and worlds of one WIT text */
} FficheckLimits;

/* Parses a WIT text; `file` is only for messages. Answers
 *   {"units": [{"package", "interface", "types": [{"kind", "name", "resource", "parts":
 *      [{"name", "type"}]}], "resources": [{"name", "imported"}], "functions": [FUNCTION...],
 *      "imports": [FUNCTION...]}], "skipped": [{"interface", "reason", "where"}]}
 * where FUNCTION is {"name", "kind", "resource", "params": [{"name", "type"}], "result"}, types are
 * indices into "types" (each greater than those of its parts) or null. */
FficheckAnswer fficheck_bridge_parse_wit(const char *text, size_t size, const char *file,
                                         size_t file_size, FficheckLimits limits);

/* The same for a file or a package directory with deps/. */
FficheckAnswer fficheck_bridge_parse_wit_path(const char *path, size_t path_size,
                                              FficheckLimits limits);

/* Parses a WAVE value without regard to its type. Answers a NODE [tag, offset, ...]:
 *   ["t"|"f", at], ["n", at, "number"], ["c", at, code], ["s", at, "text"],
 *   ["(", at, [NODE...]], ["[", at, [NODE...]], ["{", at, [[key, NODE]...]], ["{}", at],
 *   ["flags", at, [label...]], ["label", at, label], ["case", at, label, NODE],
 *   ["some", at, NODE], ["none", at], ["ok"|"err", at] or ["ok"|"err", at, NODE]
 * with byte offsets into the text. Errors have their offset as "at". */
FficheckAnswer fficheck_bridge_parse_wave(const char *text, size_t size, FficheckLimits limits);

/* Parses "name(value, ...)". Answers {"name": ..., "args": [NODE...]}. */
FficheckAnswer fficheck_bridge_parse_wave_call(const char *text, size_t size,
                                               FficheckLimits limits);

/* Wraps a core module as a component of `world`, which the last package of the WIT text holds, with
 * strings as utf8 (0), utf16 (1) or latin1+utf16 (2), and validates it. Answers the component's
 * bytes. */
FficheckAnswer fficheck_bridge_componentize(const uint8_t *module, size_t module_size,
                                            const char *wit, size_t wit_size, const char *world,
                                            size_t world_size, int32_t string_encoding);

void fficheck_bridge_free(FficheckAnswer answer);

#ifdef __cplusplus
}
#endif

#endif
