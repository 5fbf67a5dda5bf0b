// Whether fficheck itself is built with a sanitizer; gcc and clang tell it in different ways.
#pragma once

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define FFICHECK_THREAD_SANITIZER
#elif __has_feature(address_sanitizer)
#define FFICHECK_ADDRESS_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define FFICHECK_THREAD_SANITIZER
#elif defined(__SANITIZE_ADDRESS__)
#define FFICHECK_ADDRESS_SANITIZER
#endif

namespace fficheck {

#ifdef FFICHECK_THREAD_SANITIZER
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif
#ifdef FFICHECK_ADDRESS_SANITIZER
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif

}  // namespace fficheck

#undef FFICHECK_THREAD_SANITIZER
#undef FFICHECK_ADDRESS_SANITIZER
