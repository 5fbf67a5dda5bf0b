/* Handles: a slot and a serial number that no other context ever has. */
#include "ffi_context.h"

#include <stdlib.h>

/* A handle is TAG | serial << SLOT_BITS | slot. The tag makes it an address that no platform maps. A slot's word is
 * serial << 22 | closing << 21 | pins; pins keep the context and the slot. */
#define SLOT_BITS 20
#define SERIAL_BITS 42
#define HANDLE_TAG (UINT64_C(1) << 62)
#define CLOSING (UINT64_C(1) << 21)
#define PINS (CLOSING - 1)
#define WORD_SERIAL_SHIFT 22

enum { CHUNK = 1024,
       CHUNKS = (1 << SLOT_BITS) / CHUNK };

typedef struct {
  _Atomic uint64_t word;
  FFIContext *context;
  uint32_t next_free;
} Slot;

static _Atomic(Slot *) chunks[CHUNKS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static uint32_t slots_made;
static uint32_t first_free = UINT32_MAX;
static uint64_t last_serial;

static Slot *slot_at(uint32_t index) {
  Slot *chunk = atomic_load_explicit(&chunks[index / CHUNK], memory_order_acquire);
  return chunk ? &chunk[index % CHUNK] : NULL;
}

bool ffi_rt_slot_claim(FFIContext *c) {
  pthread_mutex_lock(&mutex);
  uint32_t index = first_free;
  if (index != UINT32_MAX) {
    first_free = slot_at(index)->next_free;
  } else if (slots_made < (uint32_t)CHUNK * CHUNKS) {
    index = slots_made;
    if (index % CHUNK == 0) {
      Slot *chunk = calloc(CHUNK, sizeof(Slot));
      if (chunk == NULL) {
        pthread_mutex_unlock(&mutex);
        return false;
      }
      atomic_store_explicit(&chunks[index / CHUNK], chunk, memory_order_release);
    }
    ++slots_made;
  } else {
    pthread_mutex_unlock(&mutex);
    return false;
  }
  const uint64_t serial = ++last_serial;
  pthread_mutex_unlock(&mutex);
  Slot *slot = slot_at(index);
  slot->context = c;
  c->slot = index;
  c->handle = (void *)(uintptr_t)(HANDLE_TAG | serial << SLOT_BITS | index);
  atomic_store_explicit(&slot->word, serial << WORD_SERIAL_SHIFT | 1, memory_order_release);
  return true;
}

FFIContext *ffi_rt_pin(const FFILibrary *library, void *handle) {
  const uint64_t bits = (uint64_t)(uintptr_t)handle;
  if (bits >> (SLOT_BITS + SERIAL_BITS) != 1)
    return NULL;
  const uint64_t serial = (bits & (HANDLE_TAG - 1)) >> SLOT_BITS;
  Slot *slot = slot_at((uint32_t)(bits & ((1u << SLOT_BITS) - 1)));
  if (slot == NULL)
    return NULL;
  uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
  do {
    if (word >> WORD_SERIAL_SHIFT != serial || (word & CLOSING) || (word & PINS) == 0 || (word & PINS) == PINS)
      return NULL;
  } while (!atomic_compare_exchange_weak_explicit(&slot->word, &word, word + 1, memory_order_acq_rel, memory_order_acquire));
  FFIContext *c = slot->context;
  if (library != NULL && c->library != library) {
    ffi_rt_unpin(c);
    return NULL;
  }
  return c;
}

void ffi_rt_unpin(FFIContext *c) {
  const uint32_t index = c->slot;
  Slot *slot = slot_at(index);
  const uint64_t before = atomic_fetch_sub_explicit(&slot->word, 1, memory_order_acq_rel);
  if ((before & PINS) != 1)
    return;
  slot->context = NULL;
  pthread_mutex_lock(&mutex);
  slot->next_free = first_free;
  first_free = index;
  pthread_mutex_unlock(&mutex);
  ffi_rt_context_release(c);
}

void ffi_rt_slot_close(FFIContext *c) {
  atomic_fetch_or_explicit(&slot_at(c->slot)->word, CLOSING, memory_order_acq_rel);
}
