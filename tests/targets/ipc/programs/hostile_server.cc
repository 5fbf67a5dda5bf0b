// The client in C++ with servers that break the wire: an error within the limit, never a hang,
// never memory for what an answer claims.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "api_client.hpp"

namespace {

using ffi_ipc::Error;
using std::string;

int failures = 0;
#define CHECK(condition)                                                   \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition); \
      ++failures;                                                          \
    }                                                                      \
  } while (false)

/// Serves one connection with `talk`, which reads and writes its socket.
class Server {
 public:
  explicit Server(std::function<void(int)> talk) {
    static int number = 0;
    path_ = "./hostile-" + std::to_string(number++);
    listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    if (bind(listener_, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 ||
        listen(listener_, 4) != 0)
      std::abort();
    thread_ = std::thread([this, talk] {
      const int s = accept(listener_, nullptr, nullptr);
      talk(s);
      close(s);
    });
  }
  ~Server() {
    thread_.join();
    close(listener_);
    unlink(path_.c_str());
  }
  [[nodiscard]] string address() const { return "unix:" + path_; }

 private:
  string path_;
  int listener_;
  std::thread thread_;
};

bool read_all(int s, string &into, std::size_t n) {
  into.resize(n);
  for (std::size_t have = 0; have < n;) {
    const ssize_t got = recv(s, &into[have], n - have, 0);
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

bool read_request(int s) {
  for (int block = 0; block < 2; ++block) {
    string head, body;
    if (!read_all(s, head, 4)) return false;
    std::size_t n = 0;
    for (const char c : head) n = n << 8 | static_cast<unsigned char>(c);
    if (!read_all(s, body, n)) return false;
  }
  return true;
}

void say(int s, const string &bytes) { (void)!send(s, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

string reply(char code, const string &body) {
  return {string(3, '\0') + code + string(3, '\0') + static_cast<char>(body.size()) + body};
}

std::int64_t peak() {
  std::ifstream in("/proc/self/status");
  string word;
  std::int64_t kilobytes = 0;
  while (in >> word)
    if (word == "VmPeak:") in >> kilobytes;
  return kilobytes << 10;
}

/// The origin of what a call fails with, where the server says `bytes` to it and ends.
Error::Origin error_of(const string &bytes) {
  const Server server([&](int s) {
    if (read_request(s)) say(s, reply(0, ""));
    if (read_request(s)) say(s, bytes);
  });
  auto client = api::Client::create(server.address());
  CHECK(client.ok());
  const auto answer = client.value().echo({{"a", {1, 2}, {}}});
  CHECK(!answer.ok() && !answer.error().text.empty());
  return answer.ok() ? Error::Origin::failed : answer.error().origin;
}

void what_is_cut_off_is_lost() {
  const string whole = reply(0, "\x80");
  for (std::size_t cut = 0; cut < whole.size(); ++cut)
    CHECK(error_of(whole.substr(0, cut)) == Error::Origin::lost);
}

void what_is_claimed_takes_no_memory() {
  (void)error_of("");
  const std::int64_t before = peak();
  for (const string &length :
       {string("\x04\0\0\0", 4), string("\x04\0\0\1", 4), string("\xff\xff\xff\xff", 4)})
    CHECK(error_of(string(4, '\0') + length + "ten bytes.") == Error::Origin::lost);
  const string name("\x81\xa3\x64name", 7);
  for (const string &body :
       {string("\x9b\xff\xff\xff\xff\xff\xff\xff\xff", 9), string("\x9a\x7f\xff\xff\xff", 5),
        name + string("\x7b\0\0\0\1\0\0\0\0", 9), string("\xbb\0\0\0\1\0\0\0\0", 9),
        string("\x9f\xff", 2), string(100, '\x81'), string(""), string("\x80\0", 2),
        string("\xf6", 1)})
    CHECK(error_of(reply(0, body)) == Error::Origin::invalid);
  CHECK(peak() - before < 32 << 20);
  std::printf("%lld bytes for claims of 64 MiB and more\n",
              static_cast<long long>(peak() - before));
}

void texts_have_their_origin() {
  CHECK(error_of(reply(1, "no")) == Error::Origin::failed);
  CHECK(error_of(reply(4, "no")) == Error::Origin::refused);
}

void who_says_nothing_is_given_up() {
  std::atomic<bool> done{false};
  const Server server([&](int s) {
    if (read_request(s)) say(s, reply(0, ""));
    (void)read_request(s);
    while (!done) std::this_thread::yield();
  });
  ffi_ipc::Options options;
  options.limit = std::chrono::milliseconds(100);
  auto client = api::Client::create(server.address(), options);
  CHECK(client.ok());
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.value().echo({});
    CHECK(!answer.ok() && answer.error().origin == Error::Origin::lost);
  }
  done = true;
}

void a_server_that_dies_fails_every_call() {
  constexpr int kCalls = 50;
  const Server server([&](int s) {
    if (read_request(s)) say(s, reply(0, ""));
    for (int i = 0; i < kCalls; ++i) (void)read_request(s);
  });
  auto client = api::Client::create(server.address());
  CHECK(client.ok());
  std::atomic<int> lost{0};
  {
    std::vector<std::thread> callers;
    for (int i = 0; i < kCalls; ++i)
      callers.emplace_back([&] {
        const auto answer = client.value().echo({});
        lost += !answer.ok() && answer.error().origin == Error::Origin::lost;
      });
    for (std::thread &caller : callers) caller.join();
  }
  CHECK(lost == kCalls);
}

void nobody_is_there() {
  for (const char *address : {"unix:./nobody", "tcp:127.0.0.1:1", "tcp:nowhere:1", "udp:x", ""}) {
    const auto client = api::Client::create(address);
    CHECK(!client.ok() && !client.error().text.empty());
  }
}

}  // namespace

int main() {
  what_is_cut_off_is_lost();
  what_is_claimed_takes_no_memory();
  texts_have_their_origin();
  who_says_nothing_is_given_up();
  a_server_that_dies_fails_every_call();
  nobody_is_there();
  return failures != 0;
}
