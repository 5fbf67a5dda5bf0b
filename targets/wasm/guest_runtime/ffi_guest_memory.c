/* A guest's allocator. With FFI_RUNTIME_CHECKED it is a ledger too: freed memory is filled with 0xDD and kept aside
 * for a while, so that a later use shows; frees of what is not allocated are counted. */
#include "ffi_guest.h"

#if FFI_RUNTIME_CHECKED
#include "ffi_guest_tests.h"
FFIGuestCounters ffi_guest_counters;
#define COUNT(counter, by) (ffi_guest_counters.counter += (by))
#else
#define COUNT(counter, by) ((void)0)
#endif

enum {
  PAGE = 65536,
  ALIGN = 16,
  CLASSES = 27, /* blocks of 16 << class bytes: up to 1 GiB */
  POISON = 0xDD,
  QUARANTINE_BLOCKS = 512,
  QUARANTINE_BYTES = 1 << 20,
};

/* Stands before each block. */
typedef struct Header {
  uint32_t size; /* as asked for */
  uint32_t class;
  uint32_t mark; /* LIVE or FREED, by address, so that no payload passes for it */
  struct Header *next;
} Header;
_Static_assert(sizeof(Header) == ALIGN, "blocks keep their alignment");

#define LIVE 0x5EC0A11Du
#define FREED 0x0DEAD0F5u

extern unsigned char __heap_base;

static uintptr_t heap_end;   /* the first byte never handed out; 0: not started */
static uintptr_t memory_end; /* of the pages */
static Header *free_blocks[CLASSES];

static uint32_t mark_of(const Header *block, uint32_t state) {
  return (uint32_t)(uintptr_t)block * 0x9E3779B1u ^ state;
}

/* ---- blocks ---- */

static uint32_t class_of(size_t size) {
  return size <= ALIGN ? 0 : 28 - (uint32_t)__builtin_clz((uint32_t)size - 1);
}

static Header *fresh(uint32_t class) {
  const size_t size = sizeof(Header) + ((size_t)ALIGN << class);
  if (heap_end == 0) {
    heap_end = ((uintptr_t)&__heap_base + ALIGN - 1) & ~(uintptr_t)(ALIGN - 1);
    memory_end = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
  }
  if (size > memory_end - heap_end) {
    const size_t pages = (size - (memory_end - heap_end) + PAGE - 1) / PAGE;
    if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1)
      __builtin_trap();
    memory_end += pages * PAGE;
  }
  Header *block = (Header *)heap_end;
  heap_end += size;
  return block;
}

/* The block of an address that is allocated, else NULL. */
static Header *find(const void *memory) {
  const uintptr_t at = (uintptr_t)memory;
  if (at % ALIGN != 0 || at < (uintptr_t)&__heap_base + sizeof(Header) || at >= heap_end)
    return NULL;
  Header *block = (Header *)(at - sizeof(Header));
  return block->mark == mark_of(block, LIVE) ? block : NULL;
}

void *ffi_guest_alloc(size_t size) {
  const uint32_t class = class_of(size);
  if (size > (size_t)1 << 30 || class >= CLASSES)
    __builtin_trap();
  Header *block = free_blocks[class];
  if (block)
    free_blocks[class] = block->next;
  else
    block = fresh(class);
  *block = (Header){(uint32_t)size, class, mark_of(block, LIVE), NULL};
  COUNT(live_allocations, 1);
  COUNT(live_bytes, (int64_t)size);
  COUNT(total_allocations, 1);
  return block + 1;
}

static void reuse(Header *block) {
  block->next = free_blocks[block->class];
  free_blocks[block->class] = block;
}

#if FFI_RUNTIME_CHECKED

static Header *quarantine_first, *quarantine_last;
static size_t quarantine_blocks, quarantine_bytes;

static bool untouched(const Header *block) {
  const unsigned char *bytes = (const unsigned char *)(block + 1);
  uint32_t i = 0;
  for (; i + 8 <= block->size; i += 8) { /* blocks are aligned */
    uint64_t eight;
    memcpy(&eight, bytes + i, 8);
    if (eight != POISON * UINT64_C(0x0101010101010101))
      return false;
  }
  for (; i < block->size; ++i)
    if (bytes[i] != POISON)
      return false;
  return true;
}

/* The oldest goes back into use; the newest always stays. */
static void release(Header *block) {
  memset(block + 1, POISON, block->size);
  block->next = NULL;
  if (quarantine_last)
    quarantine_last->next = block;
  else
    quarantine_first = block;
  quarantine_last = block;
  ++quarantine_blocks;
  quarantine_bytes += block->size;
  while (quarantine_first != block && (quarantine_blocks > QUARANTINE_BLOCKS || quarantine_bytes > QUARANTINE_BYTES)) {
    Header *oldest = quarantine_first;
    quarantine_first = oldest->next;
    --quarantine_blocks;
    quarantine_bytes -= oldest->size;
    if (!untouched(oldest))
      COUNT(bad_frees, 1);
    reuse(oldest);
  }
}

#else

static void release(Header *block) {
  reuse(block);
}

#endif

void ffi_guest_free(void *memory) {
  Header *block = find(memory);
  if (!block) {
    COUNT(bad_frees, 1);
    return;
  }
  COUNT(live_allocations, -1);
  COUNT(live_bytes, -(int64_t)block->size);
  block->mark = mark_of(block, FREED);
  release(block);
}

/* ---- the canonical ABI's realloc ---- */

__attribute__((export_name("cabi_realloc"))) void *ffi_guest_realloc(void *old, size_t old_size, size_t align,
                                                                     size_t new_size) {
  COUNT(realloc_calls, 1);
  if (align == 0 || align > ALIGN || (align & (align - 1)) != 0)
    __builtin_trap();
  if (new_size == 0) {
    if (old_size != 0)
      ffi_guest_free(old);
    return (void *)align;
  }
  if (old_size == 0)
    return ffi_guest_alloc(new_size);
  Header *block = find(old);
  if (!block || block->size != old_size) {
    COUNT(bad_frees, 1);
    __builtin_trap();
  }
  void *moved = ffi_guest_alloc(new_size);
  memcpy(moved, old, old_size < new_size ? old_size : new_size);
  ffi_guest_free(old);
  return moved;
}

/* ---- what the C library would have ---- */

/* These builtins become memory.copy and memory.fill. */
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  return __builtin_memcpy(to, from, size);
}

void *memset(void *at, int byte, size_t size) {
  return __builtin_memset(at, byte, size);
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = a;
  const unsigned char *y = b;
  for (size_t i = 0; i < size; ++i)
    if (x[i] != y[i])
      return x[i] < y[i] ? -1 : 1;
  return 0;
}

size_t strlen(const char *text) {
  size_t len = 0;
  while (text[len])
    ++len;
  return len;
}
