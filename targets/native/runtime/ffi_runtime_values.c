/* Deep copies and deep frees of values, by their descriptors. */
#include <string.h>

#include "ffi_types.h"

#define SCALAR(name, kind, ctype) \
  const FFIType ffi_rt_##name = {kind, 0, 0, 0, 0, sizeof(ctype), _Alignof(ctype), NULL, NULL}
SCALAR(bool, FFI_BOOL, bool);
SCALAR(int, FFI_BOOL, int);
SCALAR(s8, FFI_SIGNED, int8_t);
SCALAR(u8, FFI_NATURAL, uint8_t);
SCALAR(s16, FFI_SIGNED, int16_t);
SCALAR(u16, FFI_NATURAL, uint16_t);
SCALAR(s32, FFI_SIGNED, int32_t);
SCALAR(u32, FFI_NATURAL, uint32_t);
SCALAR(s64, FFI_SIGNED, int64_t);
SCALAR(u64, FFI_NATURAL, uint64_t);
SCALAR(f32, FFI_FLOAT, float);
SCALAR(f64, FFI_FLOAT, double);
SCALAR(char, FFI_CHAR, uint32_t);
SCALAR(handle, FFI_HANDLE, uint64_t);
const FFIType ffi_rt_string = {FFI_STRING, 1, 0, 0, 0, sizeof(FFIString), _Alignof(FFIString), NULL, NULL};
const FFIType ffi_rt_cstring = {FFI_CSTRING, 1, 0, 0, 0, sizeof(char *), _Alignof(char *), NULL, NULL};

uint32_t ffi_rt_tag(const void *at, uint8_t size) {
  uint8_t one;
  uint16_t two;
  uint32_t four;
  switch (size) {
  case 1:
    memcpy(&one, at, 1);
    return one;
  case 2:
    memcpy(&two, at, 2);
    return two;
  default:
    memcpy(&four, at, 4);
    return four;
  }
}

static void *copy_bytes(const void *from, size_t size) {
  void *to = ffi_rt_alloc(size);
  memcpy(to, from, size);
  return to;
}

static void own_list(const FFIType *element, void **pointer, const size_t *length) {
  if (*length == 0) {
    *pointer = NULL;
    return;
  }
  char *items = copy_bytes(*pointer, *length * element->size);
  *pointer = items;
  if (!element->owns)
    return;
  for (size_t i = 0; i < *length; ++i)
    ffi_rt_own(element, items + i * element->size, NULL);
}

void ffi_rt_own(const FFIType *type, void *at, void *second) {
  if (!type->owns)
    return;
  char *base = at;
  switch (type->kind) {
  case FFI_STRING: {
    FFIString *s = at;
    if (s->len == 0) {
      s->ptr = NULL;
      return;
    }
    char *copy = ffi_rt_alloc(s->len + 1);
    memcpy(copy, s->ptr, s->len);
    copy[s->len] = 0;
    s->ptr = copy;
    return;
  }
  case FFI_CSTRING: {
    const char **s = at;
    *s = *s && **s ? copy_bytes(*s, strlen(*s) + 1) : "";
    return;
  }
  case FFI_LIST: {
    const FFIPart *part = &type->parts[0];
    if (!type->split)
      second = base + part->second;
    own_list(part->type, (void **)(void *)(base + part->offset), second);
    return;
  }
  case FFI_OPTION: {
    const FFIPart *part = &type->parts[0];
    if (!type->split)
      second = base + part->second;
    if (ffi_rt_tag(second, type->tag_size))
      ffi_rt_own(part->type, base + part->offset, NULL);
    else
      memset(base + part->offset, 0, part->type->size);
    return;
  }
  case FFI_RECORD:
    for (uint32_t i = 0; i < type->count; ++i) {
      const FFIPart *part = &type->parts[i];
      ffi_rt_own(part->type, base + part->offset, base + part->second);
    }
    return;
  case FFI_RESULT:
  case FFI_VARIANT: {
    const uint32_t tag = ffi_rt_tag(base, type->tag_size);
    if (tag < type->count && type->parts[tag].type)
      ffi_rt_own(type->parts[tag].type, base + type->parts[tag].offset, NULL);
    return;
  }
  default:
    return;
  }
}

void ffi_rt_disown(const FFIType *type, void *at, void *second) {
  if (!type->owns)
    return;
  char *base = at;
  switch (type->kind) {
  case FFI_STRING: {
    FFIString *s = at;
    if (s->len)
      ffi_rt_free((void *)(uintptr_t)s->ptr, s->len + 1);
    return;
  }
  case FFI_CSTRING: {
    const char **s = at;
    if (*s && **s)
      ffi_rt_free((void *)(uintptr_t)*s, strlen(*s) + 1);
    return;
  }
  case FFI_LIST: {
    const FFIPart *part = &type->parts[0];
    if (!type->split)
      second = base + part->second;
    char *items = *(char **)(void *)(base + part->offset);
    const size_t length = *(size_t *)second;
    if (length == 0)
      return;
    if (part->type->owns)
      for (size_t i = 0; i < length; ++i)
        ffi_rt_disown(part->type, items + i * part->type->size, NULL);
    ffi_rt_free(items, length * part->type->size);
    return;
  }
  case FFI_OPTION: {
    const FFIPart *part = &type->parts[0];
    if (!type->split)
      second = base + part->second;
    if (ffi_rt_tag(second, type->tag_size))
      ffi_rt_disown(part->type, base + part->offset, NULL);
    return;
  }
  case FFI_RECORD:
    for (uint32_t i = 0; i < type->count; ++i) {
      const FFIPart *part = &type->parts[i];
      ffi_rt_disown(part->type, base + part->offset, base + part->second);
    }
    return;
  case FFI_RESULT:
  case FFI_VARIANT: {
    const uint32_t tag = ffi_rt_tag(base, type->tag_size);
    if (tag < type->count && type->parts[tag].type)
      ffi_rt_disown(type->parts[tag].type, base + type->parts[tag].offset, NULL);
    return;
  }
  default:
    return;
  }
}
