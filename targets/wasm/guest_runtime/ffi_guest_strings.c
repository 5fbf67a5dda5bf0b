/* Strings of the value stream in the guest's encoding, and back to the UTF-8 that witnesses are made of. Tests only.
 * FFI_GUEST_ENCODING: 0 utf8, 1 utf16, 2 latin1+utf16. */
#include "ffi_guest_tests.h"

#ifndef FFI_GUEST_ENCODING
#define FFI_GUEST_ENCODING 0
#endif

void *ffi_rt_alloc(size_t size) {
  return ffi_guest_alloc(size);
}

/* The ledger knows the size. */
void ffi_rt_free(void *memory, size_t size) {
  (void)size;
  ffi_guest_free(memory);
}

#if FFI_GUEST_ENCODING == 0

void ffi_guest_gen_string(FFIStream *stream, unsigned depth, FFIString *out) {
  out->ptr = ffi_rt_gen_text(stream, depth, &out->len);
}

const char *ffi_guest_utf8(const FFIString *string, size_t *len) {
  *len = string->len;
  return string->ptr;
}

void ffi_guest_utf8_done(const FFIString *string, const char *utf8, size_t len) {
  (void)string;
  (void)utf8;
  (void)len;
}

#else

#define UTF16_TAG 0x80000000u

/* The next character of valid UTF-8. */
static uint32_t take_utf8(const unsigned char **at) {
  const unsigned char *s = *at;
  const uint32_t c = s[0];
  if (c < 0x80) {
    *at = s + 1;
    return c;
  }
  if (c < 0xE0) {
    *at = s + 2;
    return (c & 0x1F) << 6 | (s[1] & 0x3Fu);
  }
  if (c < 0xF0) {
    *at = s + 3;
    return (c & 0x0F) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
  }
  *at = s + 4;
  return (c & 0x07) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
}

static size_t put_utf16(uint16_t *out, uint32_t c) {
  if (c < 0x10000) {
    out[0] = (uint16_t)c;
    return 1;
  }
  out[0] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
  out[1] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
  return 2;
}

void ffi_guest_gen_string(FFIStream *stream, unsigned depth, FFIString *out) {
  size_t len;
  char *text = ffi_rt_gen_text(stream, depth, &len);
  out->ptr = NULL;
  out->len = 0;
  if (len == 0)
    return;
  const unsigned char *end = (const unsigned char *)text + len;
  size_t units = 0, characters = 0;
  bool latin1 = FFI_GUEST_ENCODING == 2;
  for (const unsigned char *at = (const unsigned char *)text; at < end; ++characters) {
    const uint32_t c = take_utf8(&at);
    units += c < 0x10000 ? 1 : 2;
    latin1 = latin1 && c < 0x100;
  }
  const unsigned char *at = (const unsigned char *)text;
  if (latin1) {
    char *bytes = ffi_guest_alloc(characters);
    for (size_t i = 0; i < characters; ++i)
      bytes[i] = (char)take_utf8(&at);
    out->ptr = bytes;
    out->len = characters;
  } else {
    uint16_t *words = ffi_guest_alloc(units * 2);
    for (size_t i = 0; at < end;)
      i += put_utf16(words + i, take_utf8(&at));
    out->ptr = (const char *)words;
    out->len = FFI_GUEST_ENCODING == 2 ? units | UTF16_TAG : units;
  }
  ffi_guest_free(text);
}

static size_t put_utf8(unsigned char *out, uint32_t c) {
  if (c < 0x80) {
    out[0] = (unsigned char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (unsigned char)(0xC0 | c >> 6);
    out[1] = (unsigned char)(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (unsigned char)(0xE0 | c >> 12);
    out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (unsigned char)(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = (unsigned char)(0xF0 | c >> 18);
  out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
  out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
  out[3] = (unsigned char)(0x80 | (c & 0x3F));
  return 4;
}

const char *ffi_guest_utf8(const FFIString *string, size_t *len) {
  const bool wide = FFI_GUEST_ENCODING == 1 || (string->len & UTF16_TAG);
  const size_t units = string->len & (FFI_GUEST_ENCODING == 2 ? ~UTF16_TAG : ~0u);
  *len = 0;
  if (units == 0)
    return NULL;
  unsigned char *out = ffi_guest_alloc(units * 3); /* a unit alone takes at most 3 bytes */
  const uint16_t *words = (const uint16_t *)(const void *)string->ptr;
  for (size_t i = 0; i < units; ++i) {
    uint32_t c = wide ? words[i] : (unsigned char)string->ptr[i];
    if (wide && c >= 0xD800 && c < 0xDC00 && i + 1 < units)
      c = 0x10000 + ((c - 0xD800) << 10) + (words[++i] - 0xDC00u);
    *len += put_utf8(out + *len, c);
  }
  return (const char *)out;
}

void ffi_guest_utf8_done(const FFIString *string, const char *utf8, size_t len) {
  (void)string;
  (void)len;
  if (utf8)
    ffi_guest_free((void *)(uintptr_t)utf8);
}

#endif
