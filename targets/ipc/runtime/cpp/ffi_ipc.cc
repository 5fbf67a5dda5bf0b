#include "ffi_ipc.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace ffi_ipc {
namespace {

constexpr std::size_t kMaxMethod = 512;
constexpr std::size_t kMaxPayload = std::size_t{64} << 20;
constexpr std::size_t kFirstPart = std::size_t{16} << 10;
constexpr std::uint32_t kRefused = 4; // beside the library's own codes: 0 ok, 1 error

Error system_error(const std::string &what) {
  return {Error::Origin::lost, what + ": " + std::strerror(errno)};
}

void append(std::vector<std::uint8_t> &out, std::size_t n) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(n >> shift));
}

std::uint32_t big_endian(const std::uint8_t *b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

bool connected(int s, const sockaddr *address, socklen_t size) {
  int code;
  do
    code = connect(s, address, size);
  while (code != 0 && errno == EINTR);
  return code == 0;
}

int connect_unix(const std::string &path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0 || connected(s, reinterpret_cast<const sockaddr *>(&address), sizeof address))
    return s;
  close(s);
  return -1;
}

int connect_tcp(const std::string &where) {
  const std::size_t colon = where.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (colon == std::string::npos || inet_pton(AF_INET, where.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    errno = EINVAL;
    return -1;
  }
  address.sin_port = htons(static_cast<in_port_t>(std::strtoul(where.c_str() + colon + 1, nullptr, 10)));
  const int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0 || connected(s, reinterpret_cast<const sockaddr *>(&address), sizeof address)) {
    const int yes = 1;
    if (s >= 0)
      setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return s;
  }
  close(s);
  return -1;
}

} // namespace

Outcome<std::unique_ptr<Connection>> Connection::open(std::string_view address, const Options &options) try {
  const std::string text(address);
  int s = -1;
  if (text.compare(0, 5, "unix:") == 0)
    s = connect_unix(text.substr(5));
  else if (text.compare(0, 4, "tcp:") == 0)
    s = connect_tcp(text.substr(4));
  else
    return Error{Error::Origin::invalid, text + " is neither unix:PATH nor tcp:ADDRESS:PORT"};
  if (s < 0)
    return system_error(text);
  return std::unique_ptr<Connection>(new Connection(s, options));
} catch (const std::exception &error) { // out of memory
  return Error{Error::Origin::lost, error.what()};
}

Connection::Connection(int socket, const Options &options)
    : socket_(socket), options_(options) {
  if (options.limit.count() == 0)
    return;
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(options.limit.count() / 1000);
  limit.tv_usec = static_cast<suseconds_t>(options.limit.count() % 1000 * 1000);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Connection::~Connection() {
  close(socket_);
}

bool Connection::send_all(const std::uint8_t *bytes, std::size_t size) {
  while (size != 0) {
    const ssize_t n = send(socket_, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool Connection::read_all(std::uint8_t *into, std::size_t size) {
  while (size != 0) {
    const ssize_t n = recv(socket_, into, size, 0);
    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      errno = ECONNRESET;
    if (n <= 0)
      return false;
    into += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

/* Memory grows as bytes arrive, never to what a length claims. */
bool Connection::read_body(std::vector<std::uint8_t> &body, std::size_t size) {
  while (body.size() < size) {
    const std::size_t have = body.size();
    const std::size_t room = have < kFirstPart ? kFirstPart : have;
    body.resize(have + (size - have < room ? size - have : room));
    if (!read_all(body.data() + have, body.size() - have))
      return false;
  }
  return true;
}

/* No answer after this can be told from another. */
Error Connection::lose(const char *why) {
  broken_ = why;
  shutdown(socket_, SHUT_RDWR);
  return {Error::Origin::lost, broken_};
}

Outcome<std::vector<std::uint8_t>> Connection::read_answer(bool declares) {
  std::uint8_t head[8];
  std::vector<std::uint8_t> body;
  if (!broken_.empty())
    return Error{Error::Origin::lost, broken_};
  if (!read_all(head, sizeof head))
    return lose(errno == EAGAIN || errno == EWOULDBLOCK ? "the server takes too long" : "the server is gone");
  const std::uint32_t code = big_endian(head);
  const std::size_t size = big_endian(head + 4);
  if (size > kMaxPayload)
    return lose("an answer beyond the wire's limit");
  if (!read_body(body, size))
    return lose("an answer that was cut off");
  if (code == 0)
    return body;
  const Error::Origin origin = code == kRefused ? Error::Origin::refused : declares ? Error::Origin::declared
                                                                                    : Error::Origin::failed;
  return Error{origin, std::string(body.begin(), body.end())};
}

Outcome<std::vector<std::uint8_t>> Connection::exchange(std::string_view method, const std::vector<std::uint8_t> &payload, bool declares) {
  if (method.size() > kMaxMethod || payload.size() > kMaxPayload)
    return Error{Error::Origin::invalid, "arguments beyond the wire's limit"};
  std::vector<std::uint8_t> frame;
  frame.reserve(8 + method.size() + payload.size());
  append(frame, method.size());
  frame.insert(frame.end(), method.begin(), method.end());
  append(frame, payload.size());
  frame.insert(frame.end(), payload.begin(), payload.end());
  std::uint64_t ticket;
  {
    const std::lock_guard<std::mutex> lock(sending_);
    ticket = sent_++;
    if (!send_all(frame.data(), frame.size()))
      shutdown(socket_, SHUT_RDWR); // who reads finds out
  }
  std::unique_lock<std::mutex> lock(reading_);
  turn_.wait(lock, [&] { return served_ == ticket; });
  Outcome<std::vector<std::uint8_t>> answer = read_answer(declares);
  ++served_;
  turn_.notify_all();
  return answer;
}

} // namespace ffi_ipc
