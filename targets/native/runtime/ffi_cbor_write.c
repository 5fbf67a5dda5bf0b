/* From C values to CBOR. One walk does both: with no memory to fill it counts, with memory it fills. */
#include "ffi_cbor.h"

#include <string.h>

typedef struct {
  uint8_t *out; /* NULL: only the size counts */
  size_t size;
  bool wrong; /* no value of its type */
} Writer;

enum { UNSIGNED,
       NEGATIVE,
       BYTES,
       TEXT,
       ARRAY,
       MAP };

static void put(Writer *w, const FFIType *type, const void *at, const void *second);

static void put_bytes(Writer *w, const void *bytes, size_t n) {
  if (w->out && n)
    memcpy(w->out + w->size, bytes, n);
  w->size += n;
}

static void put_byte(Writer *w, unsigned byte) {
  const uint8_t b = (uint8_t)byte;
  put_bytes(w, &b, 1);
}

static void put_big(Writer *w, uint64_t bits, int size) {
  for (int shift = 8 * size - 8; shift >= 0; shift -= 8)
    put_byte(w, bits >> shift & 255);
}

static void put_head(Writer *w, unsigned major, uint64_t n) {
  const int bytes = n < 24 ? 0 : n <= UINT8_MAX ? 1
                             : n <= UINT16_MAX  ? 2
                             : n <= UINT32_MAX  ? 4
                                                : 8;
  const unsigned info = bytes == 0 ? (unsigned)n : bytes == 1 ? 24
                                               : bytes == 2   ? 25
                                               : bytes == 4   ? 26
                                                              : 27;
  put_byte(w, major << 5 | info);
  put_big(w, n, bytes);
}

static void put_null(Writer *w) {
  put_byte(w, 0xF6);
}

static void put_text(Writer *w, const char *text, size_t len) {
  if (!ffi_cbor_is_utf8(text, len))
    w->wrong = true;
  put_head(w, TEXT, len);
  put_bytes(w, text, len);
}

static uint64_t load(const void *at, size_t size) {
  uint64_t eight;
  if (size < 8)
    return ffi_rt_tag(at, (uint8_t)size);
  memcpy(&eight, at, 8);
  return eight;
}

static void put_signed(Writer *w, uint64_t bits, size_t size) {
  const unsigned unused = (unsigned)(64 - size * 8);
  const int64_t n = (int64_t)(bits << unused) >> unused;
  if (n < 0)
    put_head(w, NEGATIVE, ~(uint64_t)n);
  else
    put_head(w, UNSIGNED, (uint64_t)n);
}

static void put_name(Writer *w, const FFIType *type, uint32_t index) {
  if (index < type->count)
    put_text(w, type->names[index], strlen(type->names[index]));
  else
    w->wrong = true;
}

static void put_list(Writer *w, const FFIType *type, const char *base, const void *second) {
  const FFIPart *part = &type->parts[0];
  if (!type->split)
    second = base + part->second;
  const char *items = *(const char *const *)(const void *)(base + part->offset);
  const size_t n = *(const size_t *)second;
  if (ffi_cbor_is_bytes(type)) {
    put_head(w, BYTES, n);
    put_bytes(w, items, n);
    return;
  }
  put_head(w, ARRAY, n);
  for (size_t i = 0; i < n; ++i)
    put(w, part->type, items + i * part->type->size, NULL);
}

static void put_option(Writer *w, const FFIType *type, const char *base, const void *second) {
  const FFIPart *part = &type->parts[0];
  if (!type->split)
    second = base + part->second;
  if (!ffi_rt_tag(second, type->tag_size)) {
    put_null(w);
    return;
  }
  if (part->type->kind == FFI_OPTION)
    put_head(w, ARRAY, 1);
  put(w, part->type, base + part->offset, NULL);
}

static void put_case(Writer *w, const FFIType *type, const char *base) {
  const uint32_t tag = ffi_rt_tag(base, type->tag_size);
  put_head(w, MAP, 1);
  put_name(w, type, tag);
  if (tag >= type->count)
    return;
  if (type->parts[tag].type)
    put(w, type->parts[tag].type, base + type->parts[tag].offset, NULL);
  else
    put_null(w);
}

static void put_flags(Writer *w, const FFIType *type, const char *base) {
  if (type->count <= 64) {
    put_head(w, UNSIGNED, load(base, type->size));
    return;
  }
  put_head(w, ARRAY, type->size / 8);
  for (size_t i = 0; i < type->size; i += 8)
    put_head(w, UNSIGNED, load(base + i, 8));
}

static void put(Writer *w, const FFIType *type, const void *at, const void *second) {
  const char *base = at;
  switch (type->kind) {
  case FFI_BOOL:
    put_byte(w, load(at, type->size) ? 0xF5 : 0xF4);
    return;
  case FFI_SIGNED:
    put_signed(w, load(at, type->size), type->size);
    return;
  case FFI_NATURAL:
  case FFI_HANDLE:
  case FFI_CHAR:
    put_head(w, UNSIGNED, load(at, type->size));
    return;
  case FFI_FLOAT:
    put_byte(w, type->size == 4 ? 0xFA : 0xFB);
    put_big(w, load(at, type->size), (int)type->size);
    return;
  case FFI_STRING: {
    const FFIString *s = at;
    put_text(w, s->ptr, s->len);
    return;
  }
  case FFI_CSTRING: {
    const char *s = *(const char *const *)at;
    put_text(w, s, s ? strlen(s) : 0);
    return;
  }
  case FFI_LIST:
    put_list(w, type, base, second);
    return;
  case FFI_OPTION:
    put_option(w, type, base, second);
    return;
  case FFI_RECORD:
    put_head(w, type->names ? MAP : ARRAY, type->count);
    for (uint32_t i = 0; i < type->count; ++i) {
      const FFIPart *part = &type->parts[i];
      if (type->names)
        put_name(w, type, i);
      put(w, part->type, base + part->offset, base + part->second);
    }
    return;
  case FFI_RESULT:
  case FFI_VARIANT:
    put_case(w, type, base);
    return;
  case FFI_ENUM:
    put_name(w, type, ffi_rt_tag(at, (uint8_t)type->size));
    return;
  default:
    put_flags(w, type, base);
    return;
  }
}

size_t ffi_cbor_size(const FFIType *type, const void *at) {
  Writer w = {NULL, 0, false};
  put(&w, type, at, NULL);
  return w.wrong ? 0 : w.size;
}

void ffi_cbor_write(const FFIType *type, const void *at, uint8_t *out) {
  Writer w = {out, 0, false};
  put(&w, type, at, NULL);
}

bool ffi_cbor_is_bytes(const FFIType *type) {
  const FFIType *element = type->parts[0].type;
  return element->kind == FFI_NATURAL && element->size == 1;
}

/* The length of the character at `text`, 0 where there is none: the table of well-formed sequences of the Unicode
 * standard. */
static size_t character(const uint8_t *text, size_t len) {
  const uint8_t first = text[0];
  if (first < 0x80)
    return 1;
  const size_t n = first < 0xC2 ? 0 : first < 0xE0 ? 2
                                  : first < 0xF0   ? 3
                                  : first < 0xF5   ? 4
                                                   : 0;
  if (n == 0 || n > len)
    return 0;
  const uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90
                                                           : 0x80;
  const uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F
                                                            : 0xBF;
  if (text[1] < low || text[1] > high)
    return 0;
  for (size_t i = 2; i < n; ++i)
    if (text[i] >> 6 != 2)
      return 0;
  return n;
}

bool ffi_cbor_is_utf8(const char *text, size_t len) {
  const uint8_t *at = (const uint8_t *)text;
  for (size_t i = 0; i < len;) {
    const size_t n = character(at + i, len - i);
    if (n == 0)
      return false;
    i += n;
  }
  return true;
}
