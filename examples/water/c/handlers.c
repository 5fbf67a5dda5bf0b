/* The guest in C: what `fficheck gen examples/water/water.wit --target wasm-c` leaves to write. */
#include <string.h>

#include "bar_handlers.h"

typedef struct {
  uint32_t liters;
} Water;

static FFIString text(const char *from) {
  const size_t len = strlen(from);
  char *at = ffi_guest_alloc(len);
  memcpy(at, from, len);
  return (FFIString){at, len};
}

static int32_t water_of(uint32_t liters) {
  Water *water = ffi_guest_alloc(sizeof *water);
  water->liters = liters;
  return bar_new_water(water);
}

int32_t bar_on_water_constructor(uint32_t liters) { return water_of(liters); }

ResultU32String bar_on_water_drink(void *self, uint32_t liters) {
  Water *water = self;
  ResultU32String result = {0};
  if (liters > water->liters) {
    result.tag = 1;
    result.as.err = text("not that much water");
    return result;
  }
  water->liters -= liters;
  result.as.ok = water->liters;
  return result;
}

uint32_t bar_on_water_spill(void *self) {
  Water *water = self;
  const uint32_t spilled = water->liters;
  water->liters = 0;
  return spilled;
}

/* Both handles are dropped after this returns, which runs their destructors. */
int32_t bar_on_water_mix(int32_t *a, int32_t *b) {
  const Water *first = bar_rep_water(*a);
  const Water *second = bar_rep_water(*b);
  return water_of(first->liters + second->liters);
}

FFIString bar_on_fuller(void *a, void *b) {
  const Water *first = a;
  const Water *second = b;
  if (first->liters == second->liters) return text("neither");
  return text(first->liters > second->liters ? "the first" : "the second");
}

FFIString bar_on_echo(FFIString *from) {
  const FFIString result = *from; /* taken over, and freed by cabi_post_example:foo/bar#echo */
  from->len = 0;
  return result;
}

void bar_on_destroy_water(void *rep) { ffi_guest_free(rep); }
