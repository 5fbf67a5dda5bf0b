// A server with peers that break the wire: an error or an end for the peer, nothing for anybody
// else.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "harness/core/text.h"
#include "harness/core/value_stream.h"
#include "harness/run/files.h"
#include "harness/run/process.h"
#include "targets/ipc/build.h"
#include "targets/ipc/ipc_target.h"

namespace fficheck {
namespace {

using std::string;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{60};

constexpr const char* kWit = R"(
package test:hostile;
interface api {
  record item { name: string, numbers: list<u64>, more: option<string> }
  echo: func(items: list<item>) -> list<item>;
  echo-text: func(text: string) -> string;
}
)";

string big_endian(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}

string frame(const string& method, const string& payload) {
  return big_endian(static_cast<std::uint32_t>(method.size())) + method +
         big_endian(static_cast<std::uint32_t>(payload.size())) + payload;
}

struct Reply {
  std::uint32_t code = 0;
  string body;
};

/// A connection by hand.
class Peer {
 public:
  explicit Peer(const string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto until = Clock::now() + kPatience;
    do {
      socket_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        const timeval limit{kPatience.count(), 0};
        setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return;
      }
    } while (Clock::now() < until);
    ADD_FAILURE() << "cannot connect";
  }

  /// False where the server no longer reads.
  bool say(const string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return false;
      sent += static_cast<std::size_t>(n);
    }
    return true;
  }
  std::optional<Reply> hear() {
    string head;
    Reply reply;
    if (!read(head, 8)) return std::nullopt;
    const auto word = [&](std::size_t at) {
      std::uint32_t n = 0;
      for (std::size_t i = at; i < at + 4; ++i) n = n << 8 | static_cast<unsigned char>(head[i]);
      return n;
    };
    reply.code = word(0);
    if (!read(reply.body, word(4))) return std::nullopt;
    return reply;
  }
  std::optional<Reply> ask(const string& method, const string& payload) {
    return say(frame(method, payload)) ? hear() : std::nullopt;
  }
  /// Whether the server closed the connection; not whether it is slow.
  bool is_ended() {
    char byte;
    return recv(socket_.get(), &byte, 1, 0) == 0;
  }
  /// When say() gives up on a server that does not read.
  void give_up_after(std::chrono::seconds limit) {
    const timeval value{limit.count(), 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
  }
  void half_close() { shutdown(socket_.get(), SHUT_WR); }

 private:
  bool read(string& into, std::size_t n) {
    into.resize(n);
    std::size_t have = 0;
    while (have < n) {
      const ssize_t got = recv(socket_.get(), into.data() + have, n - have, 0);
      if (got <= 0) return false;
      have += static_cast<std::size_t>(got);
    }
    return true;
  }
  UniqueFd socket_;
};

/// One built server for all tests.
class HostilePeer : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto dir = TempDir::create("hostile");
    ASSERT_TRUE(dir.ok());
    dir_ = new TempDir(std::move(dir).value());
    const auto schema = parse_schema(kWit, "hostile.wit");
    ASSERT_TRUE(schema.ok()) << schema.error().text();
    const BatchEntry entry{"c0", &schema.value()};
    ASSERT_TRUE(write_files(dir_->path(), IpcTarget().emit({&entry, 1})).ok());
    const auto built = ipc::build_server({.dir = dir_->path()});
    ASSERT_TRUE(built.ok()) << built.error().text();
    ASSERT_FALSE(built.value()) << built.value()->log;
  }
  static void TearDownTestSuite() {
    delete dir_;
    dir_ = nullptr;
  }

  void SetUp() override {
    ProcessOptions options;
    options.command = {ipc::server_file({.dir = dir_->path()}).string(), "--unix", path()};
    options.environment = {{"MALLOC_ARENA_MAX", "1"}};  // arenas reserve more than they hold
    auto started = ChildProcess::start(options);
    ASSERT_TRUE(started.ok()) << started.error().text();
    server_.emplace(std::move(started).value());
    ASSERT_TRUE(good_call());
    probe();  // the next connection takes the memory of these
    peak_ = bytes("VmPeak");
  }
  /// Whatever a test did, the server serves, and has nothing left of it.
  void TearDown() override {
    EXPECT_FALSE(server_->wait(std::chrono::milliseconds(0))) << "the server has ended";
    EXPECT_TRUE(good_call());
    const string counters = probe();
    for (const char* none : {"live_contexts 0\n", "live_library_allocations 0\n", "bad_frees 0\n",
                             "live_connections 1\n", "live_answers 0\n"})
      EXPECT_NE(counters.find(none), string::npos) << none << "\n" << counters;
    EXPECT_FALSE(server_->wait(std::chrono::milliseconds(0)));
  }

  static string path() { return (dir_->path() / "socket").string(); }
  static Peer with_context() {
    Peer peer(path());
    const auto made = peer.ask("create", "\xa0");
    EXPECT_TRUE(made && made->code == 0);
    return peer;
  }
  static bool good_call() {
    Peer peer = with_context();
    const auto reply = peer.ask("echo_text", string("\xa1\x64text\x62hi"));
    return reply && reply->code == 0 && reply->body == "hi";
  }
  static string probe() {
    Peer peer(path());
    const auto reply = peer.ask("ffi-counters", "1");
    return reply ? reply->body : "";
  }
  /// A number of bytes of the server's status: "VmPeak", what it had allocated at most, touched or
  /// not; "VmRSS", what it has in memory.
  [[nodiscard]] std::int64_t bytes(const string& name) const {
    std::ifstream in("/proc/" + std::to_string(server_->pid()) + "/status");
    string word;
    std::int64_t kilobytes = 0;
    while (in >> word)
      if (word == name + ":") in >> kilobytes;
    EXPECT_GT(kilobytes, 0);
    return kilobytes << 10;
  }
  /// How much more it had allocated at most, after all that was said to it. Connections that end
  /// may still be there when others begin.
  [[nodiscard]] std::int64_t grown() const {
    EXPECT_TRUE(good_call());
    EXPECT_NE(probe(), "");
    return bytes("VmPeak") - peak_;
  }
  static constexpr std::int64_t kMiB = 1 << 20;
  /// Of a connection: two threads of its own and one of its context, which reserve their stacks.
  static constexpr std::int64_t kConnection = 24 * kMiB;

  static TempDir* dir_;
  std::optional<ChildProcess> server_;
  std::int64_t peak_ = 0;
};
TempDir* HostilePeer::dir_ = nullptr;

TEST_F(HostilePeer, ALengthBeyondTheLimitsIsAnsweredAndEndsTheConnection) {
  for (const string& bytes :
       {string(4, '\xff'), big_endian(513), big_endian(4) + "echo" + string(4, '\xff'),
        big_endian(4) + "echo" + big_endian((64u << 20) + 1)}) {
    Peer peer = with_context();
    ASSERT_TRUE(peer.say(bytes));
    const auto reply = peer.hear();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->code, 4u);
    EXPECT_NE(reply->body.find("beyond the wire's limit"), string::npos) << reply->body;
    EXPECT_TRUE(peer.is_ended());
  }
  EXPECT_LT(grown(), 8 * kConnection) << "of 12 GiB that were claimed";
}

TEST_F(HostilePeer, AClaimedPayloadTakesNoMemoryBeforeItArrives) {
  constexpr int kPeers = 8;
  std::vector<Peer> peers;
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(with_context());
    ASSERT_TRUE(peers.back().say(big_endian(4) + "echo" + big_endian(64u << 20) + "ten bytes."));
  }
  for (Peer& peer : peers) peer.half_close();
  for (Peer& peer : peers) {
    const auto reply = peer.hear();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "a frame that was cut off");
  }
  peers.clear();
  EXPECT_LT(grown(), (kPeers + 4) * kConnection)
      << "of " << kPeers * 64 << " MiB that were claimed";
}

TEST_F(HostilePeer, AValueThatClaimsMoreThanThereIsIsRefusedWithoutMemory) {
  std::optional<Peer> peer = with_context();
  const string key("\xa1\x65items");
  for (const string& claim :
       {string("\x9b\xff\xff\xff\xff\xff\xff\xff\xff", 9), string("\x9a\x7f\xff\xff\xff", 5),
        string("\x9f", 1), string("\xbb\0\0\0\1\0\0\0\0", 9), string("\x5b\0\0\0\1\0\0\0\0", 9),
        string(100000, '\x81'), string(100000, '\xc1'), string("\x81\xa3\x64name", 6)}) {
    const auto reply = peer->ask("echo", key + claim);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->code, 4u);
    EXPECT_EQ(reply->body.substr(0, 4), "CBOR") << reply->body;
  }
  peer.reset();
  EXPECT_LT(grown(), 4 * kConnection) << "of 4 GiB and more that were claimed";
}

TEST_F(HostilePeer, APeerMayDisappearAfterEachByte) {
  const string text = frame("create", "\xa0") + frame("echo_text", string("\xa1\x64text\x62hi")) +
                      frame("destroy", "");
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Peer peer(path());
    ASSERT_TRUE(peer.say(text.substr(0, cut)));
  }
}

TEST_F(HostilePeer, APeerThatEndsItsSideGetsAnAnswerForEachWholeRequest) {
  Peer peer = with_context();
  constexpr int kCalls = 1000;
  string all;
  for (int i = 0; i < kCalls; ++i) all += frame("echo_text", string("\xa1\x64text\x62hi"));
  std::thread writer([&] {
    peer.say(all);
    peer.half_close();
  });
  int answered = 0;
  while (const auto reply = peer.hear()) {
    EXPECT_TRUE(reply->code == 0 ? reply->body == "hi" : reply->body == "context destroyed");
    ++answered;
  }
  writer.join();
  EXPECT_EQ(answered, kCalls);
}

TEST_F(HostilePeer, WhoDoesNotReadHoldsUpNobodyElse) {
  const string large = string("\xa1\x64text\x7a\0\x10\0\0", 11) + string(1 << 20, 'x');
  const string request = frame("echo_text", large);
  {
    Peer peer = with_context();
    const std::int64_t before = bytes("VmRSS");
    peer.give_up_after(std::chrono::seconds(1));
    int said = 0;
    while (said < 400 && peer.say(request)) ++said;
    EXPECT_GT(said, 32);
    EXPECT_LT(said, 400) << "the server reads on";
    EXPECT_TRUE(good_call());
    // Answers of 64 MiB, those under way, and what an allocator keeps.
    EXPECT_LT(bytes("VmRSS") - before, 200 * kMiB) << said << " requests";
  }
  EXPECT_TRUE(good_call());
}

TEST_F(HostilePeer, AnyBytesAreAnErrorAtMost) {
  SplitMix random(42);
  for (int i = 0; i < 300; ++i) {
    Peer peer(path());
    string bytes = i % 2 ? frame("create", "\xa0") : "";
    const std::uint32_t n = random.below(400);
    if (i % 3) bytes += big_endian(9) + "echo_text" + big_endian(n);
    for (std::uint32_t k = 0; k < n; ++k) bytes += static_cast<char>(random.next());
    peer.say(bytes);
    peer.half_close();
    while (const auto reply = peer.hear()) EXPECT_TRUE(reply->code == 0 || !reply->body.empty());
  }
}

}  // namespace
}  // namespace fficheck
