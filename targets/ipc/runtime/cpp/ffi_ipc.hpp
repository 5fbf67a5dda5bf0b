/* What generated clients in C++ need: outcomes without exceptions, and the connection to a server. C++17, POSIX. */
#ifndef FFI_IPC_HPP
#define FFI_IPC_HPP

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ffi_ipc {

struct Error {
  enum class Origin {
    failed,   // the library accepted the call and failed
    declared, // the function's own error, of a result<T, string>; failures while it runs too
    refused,  // the server or the library did not accept the call
    invalid,  // an argument is no value of its type, or what came back is none
    lost,     // the connection broke, or the server took too long
  };
  Origin origin = Origin::failed;
  std::string text;
};

/* A value, or an error. */
template <class T>
class Outcome {
public:
  Outcome(T value)
      : state_(std::in_place_index<0>, std::move(value)) {
  }
  Outcome(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {
  }
  bool ok() const {
    return state_.index() == 0;
  }
  explicit operator bool() const {
    return ok();
  }
  /* Where ok(). */
  T &value() {
    return *std::get_if<0>(&state_);
  }
  const T &value() const {
    return *std::get_if<0>(&state_);
  }
  T *operator->() {
    return std::get_if<0>(&state_);
  }
  /* Unless ok(). */
  const Error &error() const {
    return *std::get_if<1>(&state_);
  }

private:
  std::variant<T, Error> state_;
};

using Nothing = std::monostate;

/* A result<T, E> as a value. A side without type is Nothing. */
template <class T, class E>
struct Result {
  std::variant<T, E> state; // index 0: ok, 1: err
  bool ok() const {
    return state.index() == 0;
  }
};

struct Options {
  /* For each answer; zero: no limit. */
  std::chrono::milliseconds limit{0};
};

/* A connection with pipelined calls, from any thread; they are answered in their order. */
class Connection {
public:
  /* "unix:PATH" or "tcp:ADDRESS:PORT", the address in numbers. */
  static Outcome<std::unique_ptr<Connection>> open(std::string_view address, const Options &options);
  ~Connection();
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  /* The bytes of an answer, or what the server says is wrong. `declares`: the method's own errors are texts. */
  Outcome<std::vector<std::uint8_t>> exchange(std::string_view method, const std::vector<std::uint8_t> &payload, bool declares);

private:
  Connection(int socket, const Options &options);
  bool send_all(const std::uint8_t *bytes, std::size_t size);
  bool read_all(std::uint8_t *into, std::size_t size);
  bool read_body(std::vector<std::uint8_t> &body, std::size_t size);
  Outcome<std::vector<std::uint8_t>> read_answer(bool declares);
  Error lose(const char *why);

  int socket_;
  Options options_;
  std::mutex sending_;
  std::uint64_t sent_ = 0; // tickets given out
  std::mutex reading_;
  std::condition_variable turn_;
  std::uint64_t served_ = 0; // the ticket whose answer is next
  std::string broken_;       // why, where it is
};

} // namespace ffi_ipc

#endif
