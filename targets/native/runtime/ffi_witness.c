/* The witness, from docs/value-stream.md section 4 alone. Tests only. */
#include <string.h>

#include "ffi_types.h"

static void absorb(uint64_t *h, uint64_t x) {
  *h = (*h ^ x) * UINT64_C(0x9FB21C651E98DF25);
  *h ^= *h >> 32;
}

static void absorb_text(uint64_t *h, const char *text, size_t len) {
  absorb(h, len);
  for (size_t i = 0; i < len; i += 8) {
    uint64_t word = 0;
    for (size_t j = 0; j < 8 && i + j < len; ++j)
      word |= (uint64_t)(uint8_t)text[i + j] << (8 * j);
    absorb(h, word);
  }
}

static uint64_t load(const void *at, size_t size) {
  uint64_t eight;
  if (size < 8)
    return ffi_rt_tag(at, (uint8_t)size);
  memcpy(&eight, at, 8);
  return eight;
}

static uint64_t sign_extended(const void *at, size_t size) {
  const uint64_t bits = load(at, size);
  switch (size) {
  case 1:
    return (uint64_t)(int64_t)(int8_t)(uint8_t)bits;
  case 2:
    return (uint64_t)(int64_t)(int16_t)(uint16_t)bits;
  case 4:
    return (uint64_t)(int64_t)(int32_t)(uint32_t)bits;
  default:
    return bits;
  }
}

static uint64_t float_bits(const void *at, size_t size) {
  const uint64_t bits = load(at, size);
  if (size == 4)
    return (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC00000 : bits;
  return (bits & INT64_MAX) > UINT64_C(0x7FF0000000000000) ? UINT64_C(0x7FF8000000000000) : bits;
}

void ffi_rt_witness(const FFIType *type, const void *at, const void *second, uint64_t *h) {
  const char *base = at;
  switch (type->kind) {
  case FFI_SIGNED:
    absorb(h, sign_extended(at, type->size));
    return;
  case FFI_BOOL:
  case FFI_NATURAL:
  case FFI_CHAR:
  case FFI_ENUM:
    absorb(h, load(at, type->size));
    return;
  case FFI_HANDLE:
#if FFI_GUEST
    absorb(h, ffi_guest_number(type, *(const int32_t *)at));
#else
    absorb(h, load(at, type->size));
#endif
    return;
  case FFI_FLOAT:
    absorb(h, float_bits(at, type->size));
    return;
  case FFI_STRING: {
    const FFIString *s = at;
#if FFI_GUEST
    size_t len;
    const char *utf8 = ffi_guest_utf8(s, &len);
    absorb_text(h, utf8, len);
    ffi_guest_utf8_done(s, utf8, len);
#else
    absorb_text(h, s->ptr, s->len);
#endif
    return;
  }
  case FFI_CSTRING: {
    const char *s = *(const char *const *)at;
    absorb_text(h, s, s ? strlen(s) : 0);
    return;
  }
  case FFI_LIST: {
    const FFIPart *part = &type->parts[0];
    if (!type->split)
      second = base + part->second;
    const char *items = *(const char *const *)(const void *)(base + part->offset);
    const size_t length = *(const size_t *)second;
    absorb(h, length);
    for (size_t i = 0; i < length; ++i)
      ffi_rt_witness(part->type, items + i * part->type->size, NULL, h);
    return;
  }
  case FFI_OPTION: {
    const FFIPart *part = &type->parts[0];
    if (!type->split)
      second = base + part->second;
    const uint32_t present = ffi_rt_tag(second, type->tag_size);
    absorb(h, present);
    if (present)
      ffi_rt_witness(part->type, base + part->offset, NULL, h);
    return;
  }
  case FFI_RECORD:
    for (uint32_t i = 0; i < type->count; ++i) {
      const FFIPart *part = &type->parts[i];
      ffi_rt_witness(part->type, base + part->offset, base + part->second, h);
    }
    return;
  case FFI_RESULT:
  case FFI_VARIANT: {
    const uint32_t tag = ffi_rt_tag(base, type->tag_size);
    absorb(h, tag);
    if (tag < type->count && type->parts[tag].type)
      ffi_rt_witness(type->parts[tag].type, base + type->parts[tag].offset, NULL, h);
    return;
  }
  default: /* flags */
    if (type->size < 8) {
      absorb(h, load(at, type->size));
      return;
    }
    for (size_t word = 0; word < type->size / 8; ++word)
      absorb(h, load(base + word * 8, 8));
    return;
  }
}

uint64_t ffi_rt_witness_args(const FFIType *args, const void *at) {
  uint64_t h = FFI_WITNESS_START;
  if (args)
    ffi_rt_witness(args, at, NULL, &h);
  return h;
}
