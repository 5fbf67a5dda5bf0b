/* For tests: generated clients behind one signature, so that a worker that knows only the schema can call them. C++17. */
#ifndef FFI_IPC_DRIVE_HPP
#define FFI_IPC_DRIVE_HPP

#include "ffi_ipc_call.hpp"

extern "C" {

/* Gets an answer: 0 and CBOR; the arguments as they are afterwards, 1 and CBOR; or 2 + Origin and a text. */
typedef void (*FFIIpcTell)(void *user, int status, const std::uint8_t *bytes, std::size_t len);

typedef struct {
  /* A client at an address, with the arguments as an array; NULL: it was told why. */
  void *(*create)(const char *address, const std::uint8_t *args, std::size_t len, FFIIpcTell tell, void *user);
  void (*destroy)(void *client, FFIIpcTell tell, void *user);
  void (*close)(void *client);
  /* A request that the client does not know; its answer as it is. */
  void (*exchange)(void *client, const char *method, FFIIpcTell tell, void *user);
  /* As the schema's functions; NULL: the constructor. Calls `times` times, and tells the last answer. */
  void (*const *functions)(void *client, const std::uint8_t *args, std::size_t len, unsigned times, FFIIpcTell tell, void *user);
} FFIIpcDriven;
}

/* What clients of a batch let see their connection. */
struct FFIIpcAccess {
  template <class C>
  static ffi_ipc::Connection &connection(C &client) {
    return *client.connection_;
  }
};

namespace ffi_ipc {

inline void tell_error(FFIIpcTell tell, void *user, const Error &error) {
  tell(user, 2 + static_cast<int>(error.origin), reinterpret_cast<const std::uint8_t *>(error.text.data()), error.text.size());
}

template <class T>
void tell_value(FFIIpcTell tell, void *user, int status, const T &value) {
  Writer w;
  put(w, value);
  tell(user, status, w.bytes.data(), w.bytes.size());
}

template <class Args>
bool take_args(const std::uint8_t *bytes, std::size_t len, Args &args, FFIIpcTell tell, void *user) {
  Reader r(bytes, len);
  if (take(r, args) && r.at_end())
    return true;
  tell_error(tell, user, {Error::Origin::invalid, std::string("the harness's arguments: ") + (r.why ? r.why : "more bytes")});
  return false;
}

template <auto method>
struct Drive;
template <class C, class R, class... A, Outcome<R> (C::*method)(A...)>
struct Drive<method> {
  static void run(void *client, const std::uint8_t *bytes, std::size_t len, unsigned times, FFIIpcTell tell, void *user) {
    std::tuple<std::decay_t<A>...> args;
    if (!take_args(bytes, len, args, tell, user))
      return;
    std::optional<Outcome<R>> answer;
    for (unsigned i = 0; i < times; ++i)
      answer.emplace(std::apply([client](const auto &...arg) { return (static_cast<C *>(client)->*method)(arg...); }, args));
    if (answer->ok())
      tell_value(tell, user, 0, answer->value());
    else
      tell_error(tell, user, answer->error());
    tell_value(tell, user, 1, args);
  }
};

/* `make` calls the constructor with the arguments. */
template <class C, class Args, class Make>
void *drive_create(const std::uint8_t *bytes, std::size_t len, FFIIpcTell tell, void *user, Make make) {
  Args args;
  if (!take_args(bytes, len, args, tell, user))
    return nullptr;
  Outcome<C> made = std::apply(make, args);
  if (made.ok())
    return new C(std::move(made.value()));
  tell_error(tell, user, made.error());
  return nullptr;
}

template <class C>
void drive_destroy(void *client, FFIIpcTell tell, void *user) {
  const Outcome<Nothing> destroyed = static_cast<C *>(client)->destroy();
  if (!destroyed.ok())
    tell_error(tell, user, destroyed.error());
}

template <class C>
void drive_close(void *client) {
  delete static_cast<C *>(client);
}

inline void tell_answer(Connection &connection, const char *method, std::string_view payload, FFIIpcTell tell, void *user) {
  const auto answer = connection.exchange(method, {payload.begin(), payload.end()}, false);
  if (answer.ok())
    tell(user, 0, answer.value().data(), answer.value().size());
  else
    tell_error(tell, user, answer.error());
}

template <class C>
void drive_exchange(void *client, const char *method, FFIIpcTell tell, void *user) {
  tell_answer(FFIIpcAccess::connection(*static_cast<C *>(client)), method, {}, tell, user);
}

} // namespace ffi_ipc

#endif
