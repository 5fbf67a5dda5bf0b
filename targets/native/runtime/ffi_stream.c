/* The value stream, from docs/value-stream.md sections 1 to 3 alone. Tests only. */
#include <string.h>

#include "ffi_types.h"

/* ---- 1, 2: random words, seeds ---- */

uint64_t ffi_rt_next(FFIStream *stream) {
  stream->state += UINT64_C(0x9E3779B97F4A7C15);
  uint64_t z = stream->state;
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static uint64_t below(FFIStream *stream, uint64_t n) {
  return ((ffi_rt_next(stream) >> 32) * n) >> 32;
}

uint64_t ffi_rt_value_seed(uint64_t seed, uint64_t index) {
  FFIStream stream = ffi_rt_stream(seed + index * UINT64_C(0xD1B54A32D192ED03), false);
  return ffi_rt_next(&stream);
}

FFIStream ffi_rt_stream(uint64_t seed, bool no_nul) {
  const FFIStream stream = {seed, 4096, no_nul};
  return stream;
}

/* ---- 3: values ---- */

/* The low `width` bits; every caller stores no more than that. */
static uint64_t integer(FFIStream *stream, unsigned width) {
  const uint64_t r = ffi_rt_next(stream);
  const uint64_t top = UINT64_C(1) << (width - 1);
  switch (r & 7) {
  case 0:
    switch ((r >> 3) % 10) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return 2;
    case 3:
      return top - 1;
    case 4:
      return top;
    case 5:
      return top + 1;
    case 6:
      return UINT64_MAX;
    case 7:
      return UINT64_MAX - 1;
    case 8:
      return UINT64_C(0x5555555555555555);
    default:
      return UINT64_C(0xAAAAAAAAAAAAAAAA);
    }
  case 1:
    return (r >> 3) & 0xff;
  case 2:
    return UINT64_C(1) << ((r >> 3) % width);
  default:
    return ffi_rt_next(stream);
  }
}

static void store(void *at, uint64_t bits, size_t size) {
  const uint8_t one = (uint8_t)bits;
  const uint16_t two = (uint16_t)bits;
  const uint32_t four = (uint32_t)bits;
  switch (size) {
  case 1:
    memcpy(at, &one, 1);
    return;
  case 2:
    memcpy(at, &two, 2);
    return;
  case 4:
    memcpy(at, &four, 4);
    return;
  default:
    memcpy(at, &bits, 8);
    return;
  }
}

static void gen_float(FFIStream *stream, void *at, size_t size) {
  static const uint32_t edges32[12] = {0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x3FC00000, 0x00000001,
                                       0x00800000, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0xC0200000};
  static const uint64_t edges64[12] = {
      UINT64_C(0x0000000000000000), UINT64_C(0x8000000000000000), UINT64_C(0x3FF0000000000000),
      UINT64_C(0xBFF0000000000000), UINT64_C(0x3FF8000000000000), UINT64_C(0x0000000000000001),
      UINT64_C(0x0010000000000000), UINT64_C(0x7FEFFFFFFFFFFFFF), UINT64_C(0x7FF0000000000000),
      UINT64_C(0xFFF0000000000000), UINT64_C(0x7FF8000000000000), UINT64_C(0xC004000000000000)};
  const uint64_t r = ffi_rt_next(stream);
  const unsigned k = r & 3;
  const uint64_t word = k > 1 ? ffi_rt_next(stream) : 0;
  if (size == 4) {
    const float small = (float)(int8_t)(uint8_t)((r >> 2) & 0xff);
    uint32_t bits = k == 0 ? edges32[(r >> 2) % 12] : (uint32_t)word;
    if (k == 1)
      memcpy(&bits, &small, 4);
    if ((bits & 0x7FFFFFFF) > 0x7F800000)
      bits = 0x7FC00000;
    memcpy(at, &bits, 4);
  } else {
    const double small = (double)(int8_t)(uint8_t)((r >> 2) & 0xff);
    uint64_t bits = k == 0 ? edges64[(r >> 2) % 12] : word;
    if (k == 1)
      memcpy(&bits, &small, 8);
    if ((bits & INT64_MAX) > UINT64_C(0x7FF0000000000000))
      bits = UINT64_C(0x7FF8000000000000);
    memcpy(at, &bits, 8);
  }
}

static uint32_t gen_char(FFIStream *stream) {
  static const uint32_t edges[14] = {0, 0x9, 0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF};
  const uint64_t r = ffi_rt_next(stream);
  if ((r & 3) == 0)
    return edges[(r >> 2) % 14];
  if ((r & 3) == 1)
    return (uint32_t)(0x20 + (r >> 2) % 95);
  const uint32_t c = (uint32_t)((r >> 2) % 0x10F800);
  return c >= 0xD800 ? c + 0x800 : c;
}

static char *put_utf8(char *out, uint32_t c) {
  if (c < 0x80) {
    *out++ = (char)c;
    return out;
  }
  if (c < 0x800) {
    *out++ = (char)(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      *out++ = (char)(0xE0 | (c >> 12));
    } else {
      *out++ = (char)(0xF0 | (c >> 18));
      *out++ = (char)(0x80 | ((c >> 12) & 0x3F));
    }
    *out++ = (char)(0x80 | ((c >> 6) & 0x3F));
  }
  *out++ = (char)(0x80 | (c & 0x3F));
  return out;
}

enum { HUGE_STRING = 1 << 20 };

static char *gen_huge(uint64_t r) {
  char *text = ffi_rt_alloc(HUGE_STRING + 1);
  for (uint64_t i = 0; i < HUGE_STRING; ++i)
    text[i] = (char)(0x61 + (i + (r >> 16)) % 26);
  text[HUGE_STRING] = 0;
  return text;
}

char *ffi_rt_gen_text(FFIStream *stream, unsigned depth, size_t *len) {
  const uint64_t r = ffi_rt_next(stream);
  const unsigned k = r & 15;
  const uint64_t q = r >> 4;
  uint64_t n;
  if (k <= 1)
    n = k;
  else if (k <= 9)
    n = q % 8;
  else if (k <= 13)
    n = q % 32;
  else if (k == 14)
    n = q % 256;
  else if (q % 256 == 0 && depth <= 1 && stream->budget >= 2048) {
    stream->budget -= 2048;
    *len = HUGE_STRING;
    return gen_huge(r);
  } else
    n = q % 64;
  if (n > stream->budget)
    n = stream->budget;
  stream->budget -= n / 8;
  const unsigned class = ffi_rt_next(stream) & 3;
  char buffer[256 * 4];
  char *end = buffer;
  for (uint64_t i = 0; i < n; ++i) {
    uint32_t c;
    if (class == 0)
      c = 0x20 + (uint32_t)below(stream, 95);
    else if (class == 1)
      c = gen_char(stream);
    else if (class == 2)
      c = (uint32_t)below(stream, 32);
    else
      c = 0xA0 + (uint32_t)below(stream, 0x60);
    end = put_utf8(end, c == 0 && stream->no_nul ? 1 : c);
  }
  *len = (size_t)(end - buffer);
  if (*len == 0)
    return NULL;
  char *text = ffi_rt_alloc(*len + 1);
  memcpy(text, buffer, *len);
  text[*len] = 0;
  return text;
}

static void gen_list(FFIStream *stream, const FFIType *element, unsigned depth, void **pointer, size_t *length) {
  const uint64_t r = ffi_rt_next(stream);
  const unsigned k = r & 15;
  const uint64_t q = r >> 4;
  uint64_t n;
  if (k <= 1)
    n = k;
  else if (k <= 9)
    n = q % 5;
  else if (k <= 13)
    n = q % 17;
  else if (k == 14)
    n = q % 65;
  else
    n = depth == 0 ? q % 1025 : q % 9;
  if (depth >= 3 && n > 2)
    n = 2;
  if (n > stream->budget)
    n = stream->budget;
  stream->budget -= n;
  *length = (size_t)n;
  *pointer = NULL;
  if (n == 0)
    return;
  const size_t size = (size_t)n * element->size;
  char *items = ffi_rt_alloc(size);
  memset(items, 0, size);
  for (uint64_t i = 0; i < n; ++i)
    ffi_rt_gen(stream, element, depth + 1, items + i * element->size, NULL);
  *pointer = items;
}

static uint64_t flag_mask(uint32_t flags, uint32_t word) {
  const uint32_t left = flags - word * 64;
  return left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;
}

static void gen_flags(FFIStream *stream, const FFIType *type, char *at) {
  const uint64_t r = ffi_rt_next(stream);
  const unsigned k = r & 3;
  const uint64_t only = type->count ? (r >> 2) % type->count : 0;
  for (uint32_t word = 0; word * 64 < type->count; ++word) {
    uint64_t bits = 0;
    if (k == 1)
      bits = UINT64_MAX;
    else if (k == 2 && only / 64 == word)
      bits = UINT64_C(1) << (only % 64);
    else if (k == 3)
      bits = ffi_rt_next(stream);
    bits &= flag_mask(type->count, word);
    store(at + word * 8, bits, type->size < 8 ? type->size : 8);
  }
}

void ffi_rt_gen(FFIStream *stream, const FFIType *type, unsigned depth, void *at, void *second) {
  char *base = at;
  switch (type->kind) {
  case FFI_BOOL:
    store(at, ffi_rt_next(stream) & 1, type->size);
    return;
  case FFI_SIGNED:
  case FFI_NATURAL:
    store(at, integer(stream, (unsigned)type->size * 8), type->size);
    return;
  case FFI_FLOAT:
    gen_float(stream, at, type->size);
    return;
  case FFI_CHAR:
    store(at, gen_char(stream), 4);
    return;
  case FFI_STRING: {
    FFIString *s = at;
#if FFI_GUEST
    ffi_guest_gen_string(stream, depth, s);
#else
    s->ptr = ffi_rt_gen_text(stream, depth, &s->len);
#endif
    return;
  }
  case FFI_CSTRING: {
    size_t len;
    const char *text = ffi_rt_gen_text(stream, depth, &len);
    *(const char **)at = text ? text : "";
    return;
  }
  case FFI_LIST: {
    const FFIPart *part = &type->parts[0];
    if (!type->split)
      second = base + part->second;
    gen_list(stream, part->type, depth, (void **)(void *)(base + part->offset), second);
    return;
  }
  case FFI_OPTION: {
    const FFIPart *part = &type->parts[0];
    if (!type->split)
      second = base + part->second;
    const bool some = (ffi_rt_next(stream) & 3) != 0;
    store(second, some, type->tag_size);
    if (some)
      ffi_rt_gen(stream, part->type, depth + 1, base + part->offset, NULL);
    return;
  }
  case FFI_RECORD:
    for (uint32_t i = 0; i < type->count; ++i) {
      const FFIPart *part = &type->parts[i];
      ffi_rt_gen(stream, part->type, depth + 1, base + part->offset, base + part->second);
    }
    return;
  case FFI_RESULT:
  case FFI_VARIANT:
  case FFI_ENUM: {
    const uint64_t r = ffi_rt_next(stream);
    uint64_t tag;
    if (type->kind == FFI_RESULT)
      tag = (r & 3) == 0;
    else if ((r & 7) == 0)
      tag = (r >> 3) & 1 ? type->count - 1 : 0;
    else
      tag = below(stream, type->count);
    store(at, tag, type->tag_size);
    if (type->kind != FFI_ENUM && type->parts[tag].type)
      ffi_rt_gen(stream, type->parts[tag].type, depth + 1, base + type->parts[tag].offset, NULL);
    return;
  }
  case FFI_FLAGS:
    gen_flags(stream, type, at);
    return;
  default: /* handles: whoever calls puts in those that exist */
#if FFI_GUEST
    *(int32_t *)at = ffi_guest_gen_handle(type);
#endif
    return;
  }
}

void ffi_rt_gen_args(FFIStream *stream, const FFIType *args, void *at) {
  for (uint32_t i = 0; i < args->count; ++i) {
    const FFIPart *part = &args->parts[i];
    ffi_rt_gen(stream, part->type, 0, (char *)at + part->offset, (char *)at + part->second);
  }
}
