/* A guest written by hand on what `gen` emits: the seed's resource and its echo. */
#include "water_handlers.h"

#include <string.h>

typedef struct {
  uint32_t liters;
  FFIString label;
} Body;

static FFIString copy(const char *bytes, size_t len) {
  FFIString out = {NULL, len};
  if (len) {
    char *at = ffi_guest_alloc(len);
    memcpy(at, bytes, len);
    out.ptr = at;
  }
  return out;
}

int32_t water_on_water_constructor(uint32_t liters, FFIString *label) {
  Body *body = ffi_guest_alloc(sizeof *body);
  body->liters = liters;
  body->label = *label; /* taken over */
  label->len = 0;
  return water_new_water(body);
}

ResultU32String water_on_water_drink(void *self, uint32_t liters) {
  Body *body = self;
  ResultU32String result = {0};
  if (liters > body->liters) {
    result.tag = 1;
    result.as.err = copy("not enough", 10);
  } else {
    body->liters -= liters;
    result.as.ok = body->liters;
  }
  return result;
}

FFIString water_on_water_label(void *self) {
  const Body *body = self;
  return copy(body->label.ptr, body->label.len);
}

/* Both arguments are dropped afterwards. */
int32_t water_on_water_merge(int32_t *a, int32_t *b) {
  const Body *first = water_rep_water(*a);
  const Body *second = water_rep_water(*b);
  Body *body = ffi_guest_alloc(sizeof *body);
  body->liters = first->liters + second->liters;
  body->label = copy(first->label.ptr, first->label.len);
  return water_new_water(body);
}

FFIString water_on_echo(FFIString *text) {
  const FFIString result = *text;
  text->len = 0;
  return result;
}

uint32_t water_on_count(ListOwn *all) { return (uint32_t)all->len; }

OptionOwn water_on_oldest(ListOwn *all) {
  OptionOwn result = {0};
  if (all->len) {
    result.present = true;
    result.value = all->ptr[0];
    all->ptr[0] = 0;
  }
  return result;
}

void water_on_destroy_water(void *rep) {
  Body *body = rep;
  if (body->label.len) ffi_guest_free((void *)(uintptr_t)body->label.ptr);
  ffi_guest_free(body);
}
