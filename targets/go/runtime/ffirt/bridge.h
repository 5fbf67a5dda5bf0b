// C side of the runtime package: integers that Go holds become pointers only here.
#ifndef FFIRT_BRIDGE_H
#define FFIRT_BRIDGE_H

#include "ffirt.h"

uintptr_t ffirt_create(const ffirt_library *library, uintptr_t user_data, const void *args);
int ffirt_destroy(const ffirt_library *library, uintptr_t ctx);
int ffirt_call(const ffirt_library *library, uint32_t method, uintptr_t ctx, uintptr_t user_data,
               const void *args);

#endif
