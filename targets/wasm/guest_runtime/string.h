/* The few functions of the C library that guests need; their module has no other. */
#ifndef FFI_GUEST_STRING_H
#define FFI_GUEST_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *at, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

#endif
