/* From CBOR to C values. One walk does both: with no memory to fill it checks, with memory it fills. */
#include "ffi_cbor.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  const uint8_t *begin, *at, *end;
  size_t memory; /* that the value takes beside its own struct */
  char *error;
} Reader;

enum { UNSIGNED,
       NEGATIVE,
       BYTES,
       TEXT,
       ARRAY,
       MAP,
       TAG,
       SIMPLE };
enum { FALSE_VALUE = 20,
       TRUE_VALUE = 21,
       NULL_VALUE = 22,
       HALF = 25,
       SINGLE = 26,
       DOUBLE = 27 };

static bool take(Reader *r, const FFIType *type, void *at, void *second);

static bool refuse(Reader *r, const char *why) {
  snprintf(r->error, FFI_CBOR_ERROR, "CBOR at byte %zu: %s", (size_t)(r->at - r->begin), why);
  return false;
}

static void *place(void *base, size_t offset) {
  return base ? (char *)base + offset : NULL;
}

static bool need(Reader *r, size_t *memory, uint64_t count, size_t size) {
  if (size != 0 && count > (FFI_CBOR_MEMORY - *memory) / size)
    return refuse(r, "more than fits into the memory of a message");
  *memory += (size_t)count * size;
  return true;
}

/* ---- Heads ---- */

static bool head(Reader *r, unsigned *major, unsigned *info, uint64_t *n) {
  if (r->at == r->end)
    return refuse(r, "the message ends too soon");
  *major = *r->at >> 5;
  *info = *r->at & 31;
  *n = *info;
  if (*info >= 28)
    return refuse(r, *info == 31 ? "an indefinite length" : "a malformed head");
  const size_t more = *info < 24 ? 0 : (size_t)1 << (*info - 24);
  if ((size_t)(r->end - r->at) - 1 < more)
    return refuse(r, "the message ends too soon");
  ++r->at;
  if (more)
    *n = 0;
  for (size_t i = 0; i < more; ++i)
    *n = *n << 8 | *r->at++;
  return true;
}

/* A head of that major type; what it says of a length is believed only as far as bytes are there. */
static bool expect(Reader *r, unsigned wanted, uint64_t *n, const char *what) {
  unsigned major, info;
  const uint8_t *start = r->at;
  if (!head(r, &major, &info, n))
    return false;
  if (major != wanted) {
    r->at = start;
    return refuse(r, what);
  }
  if (major >= BYTES && *n > (uint64_t)(r->end - r->at))
    return refuse(r, "a length beyond the message");
  return true;
}

static bool peek(const Reader *r, uint8_t byte) {
  return r->at != r->end && *r->at == byte;
}

static bool take_null(Reader *r) {
  if (!peek(r, SIMPLE << 5 | NULL_VALUE))
    return refuse(r, "null is wanted");
  ++r->at;
  return true;
}

/* ---- Scalars ---- */

static void store(void *at, uint64_t bits, size_t size) {
  const uint8_t one = (uint8_t)bits;
  const uint16_t two = (uint16_t)bits;
  const uint32_t four = (uint32_t)bits;
  if (at == NULL)
    return;
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

static bool take_natural(Reader *r, uint64_t most, uint64_t *n) {
  if (!expect(r, UNSIGNED, n, "a natural number is wanted"))
    return false;
  return *n <= most || refuse(r, "a number out of range");
}

static bool take_number(Reader *r, size_t size, void *at) {
  uint64_t n;
  if (!take_natural(r, UINT64_MAX >> (64 - size * 8), &n))
    return false;
  store(at, n, size);
  return true;
}

static bool take_signed(Reader *r, size_t size, void *at) {
  const bool negative = r->at != r->end && *r->at >> 5 == NEGATIVE;
  uint64_t n;
  if (!expect(r, negative ? NEGATIVE : UNSIGNED, &n, "an integer is wanted"))
    return false;
  if (n > (uint64_t)INT64_MAX >> (64 - size * 8))
    return refuse(r, "a number out of range");
  store(at, negative ? ~n : n, size);
  return true;
}

static double half(uint64_t bits) {
  const unsigned exponent = bits >> 10 & 31;
  double f = (double)(bits & 1023);
  if (exponent == 0)
    f *= 1.0 / (1 << 24);
  else if (exponent == 31)
    f = f == 0 ? (double)__builtin_inff() : (double)__builtin_nanf("");
  else
    f = (f + 1024) * (exponent >= 25 ? (double)(1 << (exponent - 25)) : 1.0 / (1 << (25 - exponent)));
  return bits >> 15 ? -f : f;
}

static bool take_float(Reader *r, size_t size, void *at) {
  unsigned major, info;
  uint64_t n;
  const uint8_t *start = r->at;
  if (!head(r, &major, &info, &n))
    return false;
  if (major != SIMPLE || info < HALF) {
    r->at = start;
    return refuse(r, "a float is wanted");
  }
  /* A NaN of the wanted width keeps its bits. */
  if (info == (size == 4 ? SINGLE : DOUBLE)) {
    store(at, n, size);
    return true;
  }
  const uint32_t low = (uint32_t)n;
  float single;
  double value;
  memcpy(&single, &low, 4);
  memcpy(&value, &n, 8);
  if (info == HALF)
    value = half(n);
  else if (info == SINGLE)
    value = (double)single;
  if (size == 8) {
    if (at)
      memcpy(at, &value, 8);
    return true;
  }
  single = (float)value;
  if ((double)single != value && value == value)
    return refuse(r, "a float that 32 bits do not hold");
  if (at)
    memcpy(at, &single, 4);
  return true;
}

static bool take_char(Reader *r, void *at) {
  uint64_t n;
  if (!take_natural(r, 0x10FFFF, &n))
    return false;
  if (n >= 0xD800 && n < 0xE000)
    return refuse(r, "a surrogate is no char");
  store(at, n, 4);
  return true;
}

static bool take_bool(Reader *r, size_t size, void *at) {
  const bool yes = peek(r, SIMPLE << 5 | TRUE_VALUE);
  if (!yes && !peek(r, SIMPLE << 5 | FALSE_VALUE))
    return refuse(r, "a bool is wanted");
  ++r->at;
  store(at, yes, size);
  return true;
}

/* ---- Text ---- */

static bool take_span(Reader *r, unsigned major, const char *what, const char **text, size_t *len) {
  uint64_t n;
  if (!expect(r, major, &n, what))
    return false;
  *text = (const char *)r->at;
  *len = (size_t)n;
  if (major == TEXT && !ffi_cbor_is_utf8(*text, *len))
    return refuse(r, "text that is not UTF-8");
  r->at += *len;
  return true;
}

static bool take_string(Reader *r, const FFIType *type, void *at) {
  const char *text;
  size_t len;
  if (!take_span(r, TEXT, "a text string is wanted", &text, &len))
    return false;
  if (type->kind == FFI_CSTRING && memchr(text, 0, len) != NULL)
    return refuse(r, "a NUL that this library's strings cannot hold");
  if (at == NULL)
    return need(r, &r->memory, (uint64_t)len + 1, 1);
  char *copy = NULL;
  if (len != 0) {
    copy = ffi_rt_alloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = 0;
  }
  if (type->kind == FFI_CSTRING)
    *(const char **)at = copy ? copy : "";
  else
    *(FFIString *)at = (FFIString){copy, len};
  return true;
}

/* The index of a name. `guess` is looked at first: most writers keep the order. */
static bool take_name(Reader *r, const FFIType *type, uint32_t guess, uint32_t *index) {
  const char *text;
  size_t len;
  const uint8_t *start = r->at;
  if (!take_span(r, TEXT, "a name is wanted", &text, &len))
    return false;
  for (uint32_t i = 0; i < type->count; ++i) {
    *index = (guess + i) % type->count;
    const char *name = type->names[*index];
    if (strlen(name) == len && memcmp(name, text, len) == 0)
      return true;
  }
  r->at = start;
  return refuse(r, "an unknown name");
}

/* ---- Composites ---- */

static bool take_list(Reader *r, const FFIType *type, void *at, void *second) {
  const FFIPart *part = &type->parts[0];
  const FFIType *element = part->type;
  if (!type->split)
    second = place(at, part->second);
  char *items = NULL;
  uint64_t n;
  if (ffi_cbor_is_bytes(type)) {
    const char *bytes;
    size_t len;
    if (!take_span(r, BYTES, "a byte string is wanted", &bytes, &len))
      return false;
    if (at == NULL)
      return need(r, &r->memory, len, 1);
    if (len != 0)
      items = memcpy(ffi_rt_alloc(len), bytes, len);
    n = len;
  } else {
    if (!expect(r, ARRAY, &n, "an array is wanted"))
      return false;
    if (at == NULL && !need(r, &r->memory, n, element->size))
      return false;
    if (at != NULL && n != 0) {
      /* The first walk has seen all of them. */
      items = ffi_rt_alloc((size_t)n * element->size);
      memset(items, 0, (size_t)n * element->size);
    }
    for (uint64_t i = 0; i < n; ++i)
      if (!take(r, element, place(items, (size_t)i * element->size), NULL))
        return false;
  }
  if (at != NULL) {
    *(char **)(void *)((char *)at + part->offset) = items;
    *(size_t *)second = (size_t)n;
  }
  return true;
}

static bool take_option(Reader *r, const FFIType *type, void *at, void *second) {
  const FFIPart *part = &type->parts[0];
  if (!type->split)
    second = place(at, part->second);
  const bool present = !peek(r, SIMPLE << 5 | NULL_VALUE);
  store(second, present, type->tag_size);
  if (!present)
    return take_null(r);
  uint64_t n = 1;
  if (part->type->kind == FFI_OPTION && !expect(r, ARRAY, &n, "null or an array of one is wanted"))
    return false;
  if (n != 1)
    return refuse(r, "null or an array of one is wanted");
  return take(r, part->type, place(at, part->offset), NULL);
}

static bool take_array(Reader *r, const FFIType *type, void *at) {
  uint64_t n;
  if (!expect(r, ARRAY, &n, "an array is wanted"))
    return false;
  if (n != type->count)
    return refuse(r, "an array of another length is wanted");
  for (uint32_t i = 0; i < type->count; ++i)
    if (!take(r, type->parts[i].type, place(at, type->parts[i].offset), place(at, type->parts[i].second)))
      return false;
  return true;
}

static bool take_fields(Reader *r, const FFIType *type, void *at, uint64_t *seen) {
  for (uint32_t i = 0; i < type->count; ++i) {
    uint32_t field;
    if (!take_name(r, type, i, &field))
      return false;
    if (seen[field / 64] >> field % 64 & 1)
      return refuse(r, "the same name twice");
    seen[field / 64] |= UINT64_C(1) << field % 64;
    const FFIPart *part = &type->parts[field];
    if (!take(r, part->type, place(at, part->offset), place(at, part->second)))
      return false;
  }
  return true;
}

static bool take_record(Reader *r, const FFIType *type, void *at) {
  uint64_t n;
  if (type->names == NULL)
    return take_array(r, type, at);
  if (!expect(r, MAP, &n, "a map is wanted"))
    return false;
  if (n != type->count)
    return refuse(r, "a map of all names, each once, is wanted");
  uint64_t few[4] = {0};
  if (n <= 256)
    return take_fields(r, type, at, few);
  /* As large as the type says, not as the message does. */
  const size_t size = ((size_t)n + 63) / 64 * 8;
  uint64_t *seen = ffi_rt_alloc(size);
  memset(seen, 0, size);
  const bool fine = take_fields(r, type, at, seen);
  ffi_rt_free(seen, size);
  return fine;
}

static bool take_case(Reader *r, const FFIType *type, void *at) {
  uint64_t n;
  uint32_t index;
  if (!expect(r, MAP, &n, "a map of one case is wanted"))
    return false;
  if (n != 1)
    return refuse(r, "a map of one case is wanted");
  if (!take_name(r, type, 0, &index))
    return false;
  store(at, index, type->tag_size);
  const FFIPart *part = &type->parts[index];
  return part->type ? take(r, part->type, place(at, part->offset), NULL) : take_null(r);
}

static bool take_flags(Reader *r, const FFIType *type, void *at) {
  uint64_t n;
  uint64_t words = 1;
  if (type->count > 64) {
    if (!expect(r, ARRAY, &words, "an array of words is wanted"))
      return false;
    if (words != type->size / 8)
      return refuse(r, "another number of words is wanted");
  }
  for (uint64_t i = 0; i < words; ++i) {
    const uint64_t used = type->count - i * 64;
    if (!take_natural(r, used == 0 ? 0 : used >= 64 ? UINT64_MAX
                                                    : UINT64_MAX >> (64 - used),
                      &n))
      return false;
    store(place(at, (size_t)i * 8), n, type->size < 8 ? type->size : 8);
  }
  return true;
}

static bool take(Reader *r, const FFIType *type, void *at, void *second) {
  uint32_t index;
  switch (type->kind) {
  case FFI_BOOL:
    return take_bool(r, type->size, at);
  case FFI_SIGNED:
    return take_signed(r, type->size, at);
  case FFI_NATURAL:
  case FFI_HANDLE:
    return take_number(r, type->size, at);
  case FFI_FLOAT:
    return take_float(r, type->size, at);
  case FFI_CHAR:
    return take_char(r, at);
  case FFI_STRING:
  case FFI_CSTRING:
    return take_string(r, type, at);
  case FFI_LIST:
    return take_list(r, type, at, second);
  case FFI_OPTION:
    return take_option(r, type, at, second);
  case FFI_RECORD:
    return take_record(r, type, at);
  case FFI_RESULT:
  case FFI_VARIANT:
    return take_case(r, type, at);
  case FFI_ENUM:
    if (!take_name(r, type, 0, &index))
      return false;
    store(at, index, type->size);
    return true;
  default:
    return take_flags(r, type, at);
  }
}

bool ffi_cbor_read(const FFIType *type, const uint8_t *cbor, size_t len, void *at, char *error) {
  Reader r = {cbor, cbor, cbor + len, 0, error};
  if (!take(&r, type, NULL, NULL))
    return false;
  if (r.at != r.end)
    return refuse(&r, "bytes behind the value");
  r.at = r.begin;
  return take(&r, type, at, NULL);
}
