// C side of the runtime package: integers that Go holds become pointers only here.
#ifndef FFIRT_BRIDGE_H
#define FFIRT_BRIDGE_H

#include "ffirt.h"

uintptr_t ffirt_create(const ffirt_library *library, uintptr_t user_data, const void *args);
int ffirt_destroy(const ffirt_library *library, uintptr_t ctx);
int ffirt_call(const ffirt_library *library, uint32_t method, uintptr_t ctx, uintptr_t user_data,
               const void *args);
/* user_data 0 clears the host function. */
int ffirt_set_host(const ffirt_library *library, uint32_t import, uintptr_t ctx,
                   uintptr_t user_data);
int ffirt_host_complete(const ffirt_library *library, uintptr_t ctx, uint64_t call, int ret,
                        const void *msg, size_t len);
uint64_t ffirt_listen(const ffirt_library *library, uint32_t import, uintptr_t ctx,
                      uintptr_t user_data);
int ffirt_unlisten(const ffirt_library *library, uintptr_t ctx, uint64_t listener);

#endif
