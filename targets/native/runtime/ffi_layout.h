/* The compiler holds its layout of generated types against the reference's figures. For tests. */
#ifndef FFI_LAYOUT_H
#define FFI_LAYOUT_H

#include <stddef.h>

/* A type; `what` is how WIT has it. */
#define FFI_LAYOUT(type, size, alignment, what)          \
  _Static_assert(sizeof(type) == (size), what ": size"); \
  _Static_assert(_Alignof(type) == (alignment), what ": alignment")

#define FFI_OFFSET(type, member, offset, what) \
  _Static_assert(offsetof(type, member) == (offset), what ": offset of " #member)

#define FFI_MEMBER(type, member, offset, size, what) \
  FFI_OFFSET(type, member, offset, what);            \
  _Static_assert(sizeof(((type *)0)->member) == (size), what ": size of " #member)

#endif
