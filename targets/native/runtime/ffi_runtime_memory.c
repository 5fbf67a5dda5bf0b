/* Memory that the counters see; with FFI_RUNTIME_CHECKED a ledger, poison, and a count of bad frees. */
#include "ffi_context.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ffi_types.h"

FFICounters ffi_rt_counters[FFI_STRIPES];
_Thread_local FFICounters *ffi_rt_own_stripe;

FFICounters *ffi_rt_new_stripe(void) {
  static _Atomic uint64_t threads;
  const uint64_t before = atomic_fetch_add(&threads, 1);
  ffi_rt_own_stripe = &ffi_rt_counters[before < FFI_STRIPES - 1 ? before : FFI_STRIPES - 1];
  return ffi_rt_own_stripe;
}

static void *must_have(void *memory) {
  if (memory == NULL) {
    fputs("ffi runtime: out of memory\n", stderr);
    abort();
  }
  return memory;
}

#if FFI_RUNTIME_CHECKED

/* Open addressing, by address; one shard for each lock. */
enum { SHARDS = 64 };
typedef struct {
  uintptr_t address; /* 0: free, 1: freed again */
  size_t size;
} Entry;
typedef struct {
  pthread_mutex_t mutex;
  Entry *entries;
  size_t capacity, used; /* used: entries that are not free */
} Shard;
static Shard shards[SHARDS];
static pthread_once_t shards_once = PTHREAD_ONCE_INIT;

static void make_shards(void) {
  for (int i = 0; i < SHARDS; ++i)
    pthread_mutex_init(&shards[i].mutex, NULL);
}

static uint64_t hash(uintptr_t address) {
  const uint64_t h = ((uint64_t)address >> 4) * UINT64_C(0x9E3779B97F4A7C15);
  return h ^ (h >> 29);
}

static Shard *shard_of(uintptr_t address) {
  pthread_once(&shards_once, make_shards);
  return &shards[hash(address) % SHARDS];
}

static Entry *find(const Shard *shard, uintptr_t address) {
  if (shard->capacity == 0)
    return NULL;
  for (size_t i = (size_t)(hash(address) / SHARDS) & (shard->capacity - 1);; i = (i + 1) & (shard->capacity - 1)) {
    Entry *entry = &shard->entries[i];
    if (entry->address == address)
      return entry;
    if (entry->address == 0)
      return NULL;
  }
}

static void insert(Shard *shard, uintptr_t address, size_t size) {
  size_t i = (size_t)(hash(address) / SHARDS) & (shard->capacity - 1);
  while (shard->entries[i].address > 1)
    i = (i + 1) & (shard->capacity - 1);
  if (shard->entries[i].address == 0)
    ++shard->used;
  shard->entries[i] = (Entry){address, size};
}

static void rehash(Shard *shard) {
  const Entry *old = shard->entries;
  const size_t capacity = shard->capacity;
  size_t live = 0;
  for (size_t i = 0; i < capacity; ++i)
    live += old[i].address > 1;
  shard->capacity = 64;
  while (shard->capacity < live * 4)
    shard->capacity *= 2;
  shard->entries = must_have(calloc(shard->capacity, sizeof(Entry)));
  shard->used = 0;
  for (size_t i = 0; i < capacity; ++i)
    if (old[i].address > 1)
      insert(shard, old[i].address, old[i].size);
  free((void *)(uintptr_t)old);
}

static void note_allocation(const void *memory, size_t size) {
  Shard *shard = shard_of((uintptr_t)memory);
  pthread_mutex_lock(&shard->mutex);
  if (shard->used * 2 >= shard->capacity)
    rehash(shard);
  insert(shard, (uintptr_t)memory, size);
  pthread_mutex_unlock(&shard->mutex);
}

/* Whether the memory was allocated with that size and may be freed. */
static bool note_free(void *memory, size_t size) {
  Shard *shard = shard_of((uintptr_t)memory);
  pthread_mutex_lock(&shard->mutex);
  Entry *entry = find(shard, (uintptr_t)memory);
  const bool good = entry != NULL && entry->size == size;
  if (good)
    entry->address = 1;
  pthread_mutex_unlock(&shard->mutex);
  if (good)
    memset(memory, 0xDD, size);
  return good;
}

#else

static void note_allocation(const void *memory, size_t size) {
  (void)memory;
  (void)size;
}

static bool note_free(const void *memory, size_t size) {
  (void)size;
  return memory != NULL;
}

#endif

void *ffi_rt_alloc(size_t size) {
  void *memory = must_have(malloc(size ? size : 1));
  note_allocation(memory, size);
  FFICounters *mine = ffi_rt_stripe();
  ffi_rt_count(mine, &mine->live_bytes, (int64_t)size);
  ffi_rt_count(mine, &mine->total_allocations, 1);
  return memory;
}

void ffi_rt_free(void *memory, size_t size) {
  FFICounters *mine = ffi_rt_stripe();
  if (!note_free(memory, size)) {
    ffi_rt_count(mine, &mine->bad_frees, 1);
    return;
  }
  ffi_rt_count(mine, &mine->total_frees, 1);
  ffi_rt_count(mine, &mine->live_bytes, -(int64_t)size);
  free(memory);
}

void ffi_runtime_counters(FFIRuntimeCounters *out) {
  memset(out, 0, sizeof *out);
  for (int i = 0; i < FFI_STRIPES; ++i) {
    FFICounters *c = &ffi_rt_counters[i];
    const int64_t allocations = atomic_load(&c->total_allocations);
    out->live_allocations += allocations - atomic_load(&c->total_frees);
    out->live_bytes += atomic_load(&c->live_bytes);
    out->live_contexts += atomic_load(&c->live_contexts);
    out->live_threads += atomic_load(&c->live_threads);
    out->bad_frees += atomic_load(&c->bad_frees);
    out->total_allocations += allocations;
    out->total_calls += atomic_load(&c->total_calls);
    out->total_completions += atomic_load(&c->total_completions);
  }
}
