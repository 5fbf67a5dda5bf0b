/* Calls of methods. For the sources of generated clients. C++17. */
#ifndef FFI_IPC_CALL_HPP
#define FFI_IPC_CALL_HPP

#include "ffi_ipc_codec.hpp"

namespace ffi_ipc {

/* How a method's result comes back: bytes of a text as they are, all else as CBOR. */
enum class Form { value,
                  text,
                  nothing };

Error no_result(const char *why);
Error no_argument();

/* Calls a method: its arguments, and their names on the wire. */
template <class T, Form form, class... Args>
Outcome<T> call(Connection &connection, const char *method, bool declares, const std::array<const char *, sizeof...(Args)> &names, const Args &...args) try {
  Writer w;
  [[maybe_unused]] std::size_t i = 0;
  w.head(kMap, sizeof...(Args));
  ((w.text(names[i++]), put(w, args)), ...);
  if (w.wrong)
    return no_argument();
  const Outcome<std::vector<std::uint8_t>> answer = connection.exchange(method, w.bytes, declares);
  if (!answer.ok())
    return answer.error();
  const std::vector<std::uint8_t> &bytes = answer.value();
  if constexpr (form == Form::text) {
    return T(bytes.begin(), bytes.end());
  } else if constexpr (form == Form::nothing) {
    return bytes.empty() ? Outcome<T>(T{}) : Outcome<T>(no_result("bytes where there is no result"));
  } else {
    Reader r(bytes.data(), bytes.size());
    T result{};
    if (!take(r, result))
      return no_result(r.why);
    if (!r.at_end())
      return no_result("bytes behind the value");
    return result;
  }
} catch (const std::exception &error) { // out of memory, above all
  return Error{Error::Origin::invalid, error.what()};
}

} // namespace ffi_ipc

#endif
