#include "ipc_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint8_t tag;
  union {
    uint64_t number;
    FFIString text;
  } as;
} Choice;
typedef struct {
  bool present;
  FFIString value;
} Option;
typedef struct {
  bool present;
  Option value;
} OptionOption;
typedef struct {
  void* ptr;
  size_t len;
} List;
typedef struct {
  int8_t f0;
  uint16_t f1;
} Tuple;
typedef struct {
  uint64_t words[2];
} Flags;
typedef struct {
  bool yes;
  int64_t number;
  float single;
  double wide;
  uint32_t letter;
  FFIString text;
  List bytes;
  List choices;
  OptionOption option;
  Choice result;
  Tuple tuple;
  uint8_t color;
  uint8_t few;
  Flags many;
} All;

static const char* const choice_names[] = {"number", "text", "none"};
static const FFIPart choice_parts[] = {{&ffi_rt_u64, offsetof(Choice, as), 0},
                                       {&ffi_rt_string, offsetof(Choice, as), 0},
                                       {NULL, 0, 0}};
static const FFIType choice = {FFI_VARIANT,  1,           0, 1, 3, sizeof(Choice), _Alignof(Choice),
                               choice_parts, choice_names};
static const char* const result_names[] = {"ok", "err"};
static const FFIType result = {FFI_RESULT,   1,           0, 1, 2, sizeof(Choice), _Alignof(Choice),
                               choice_parts, result_names};
static const FFIPart option_part[] = {
    {&ffi_rt_string, offsetof(Option, value), offsetof(Option, present)}};
static const FFIType option = {FFI_OPTION,       1,           0,   1, 1, sizeof(Option),
                               _Alignof(Option), option_part, NULL};
static const FFIPart option_option_part[] = {
    {&option, offsetof(OptionOption, value), offsetof(OptionOption, present)}};
static const FFIType option_option = {
    FFI_OPTION, 1, 0, 1, 1, sizeof(OptionOption), _Alignof(OptionOption), option_option_part, NULL};
static const FFIPart bytes_part[] = {{&ffi_rt_u8, offsetof(List, ptr), offsetof(List, len)}};
static const FFIType bytes = {FFI_LIST, 1, 0, 0, 1, sizeof(List), _Alignof(List), bytes_part, NULL};
static const FFIPart list_part[] = {{&choice, offsetof(List, ptr), offsetof(List, len)}};
static const FFIType list = {FFI_LIST, 1, 0, 0, 1, sizeof(List), _Alignof(List), list_part, NULL};
static const FFIPart tuple_parts[] = {{&ffi_rt_s8, offsetof(Tuple, f0), 0},
                                      {&ffi_rt_u16, offsetof(Tuple, f1), 0}};
static const FFIType tuple = {FFI_RECORD,      0,           0,   0, 2, sizeof(Tuple),
                              _Alignof(Tuple), tuple_parts, NULL};
static const char* const color_names[] = {"red", "green"};
static const FFIType color = {FFI_ENUM, 0, 0, 0, 2, 1, 1, NULL, color_names};
static const FFIType few = {FFI_FLAGS, 0, 0, 0, 5, 1, 1, NULL, NULL};
static const FFIType many = {FFI_FLAGS, 0, 0, 0, 70, sizeof(Flags), _Alignof(Flags), NULL, NULL};
static const char* const all_names[] = {"yes",   "number", "single",  "wide",   "letter",
                                        "text",  "bytes",  "choices", "option", "result",
                                        "tuple", "color",  "few",     "many"};
#define ALL(type, field) {&type, offsetof(All, field), 0}
static const FFIPart all_parts[] = {
    ALL(ffi_rt_bool, yes), ALL(ffi_rt_s64, number),  ALL(ffi_rt_f32, single),
    ALL(ffi_rt_f64, wide), ALL(ffi_rt_char, letter), ALL(ffi_rt_string, text),
    ALL(bytes, bytes),     ALL(list, choices),       ALL(option_option, option),
    ALL(result, result),   ALL(tuple, tuple),        ALL(color, color),
    ALL(few, few),         ALL(many, many)};
const FFIType fuzz_all = {FFI_RECORD,    1,         0,        0, 14, sizeof(All),
                          _Alignof(All), all_parts, all_names};

static FFIRuntimeCounters counters(void) {
  FFIRuntimeCounters c;
  ffi_runtime_counters(&c);
  return c;
}

int fuzz_read(const uint8_t* cbor, size_t len, uint8_t** out, size_t* size) {
  char error[FFI_CBOR_ERROR] = "";
  All all;
  memset(&all, 0, sizeof all);
  const FFIRuntimeCounters before = counters();
  if (!ffi_cbor_read(&fuzz_all, cbor, len, &all, error)) {
    if (error[0] == 0 || counters().total_allocations != before.total_allocations) {
      fprintf(stderr, "refused with `%s`, and %s\n", error, "an allocation");
      abort();
    }
    return 0;
  }
  *size = ffi_cbor_size(&fuzz_all, &all);
  if (*size == 0) {
    fprintf(stderr, "what was read cannot be written\n");
    abort();
  }
  *out = malloc(*size);
  ffi_cbor_write(&fuzz_all, &all, *out);
  ffi_rt_disown(&fuzz_all, &all, NULL);
  if (counters().live_allocations != before.live_allocations) {
    fprintf(stderr, "something is left\n");
    abort();
  }
  return 1;
}
