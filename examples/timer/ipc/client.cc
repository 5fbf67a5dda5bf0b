// The timer library in another process, through its generated client in C++. Usage: client ADDRESS
#include <cstdio>
#include <string>

#include "my_timer_client.hpp"

namespace {

int fail(const char *what, const ffi_ipc::Error &error) {
  std::fprintf(stderr, "%s: %s\n", what, error.text.c_str());
  return 1;
}

int run(const char *address) {
  auto made = my_timer::Client::create(address, {"ipc-demo"});
  if (!made) return fail("create", made.error());
  my_timer::Client &timer = made.value();
  std::puts("created timer");

  const auto version = timer.version();
  if (!version) return fail("version", version.error());
  std::printf("version: %s\n", version.value().c_str());

  const auto echo = timer.echo({"hello over the wire", 50});
  if (!echo) return fail("echo", echo.error());
  std::printf("echo: echoed=\"%s\" timerName=\"%s\"\n", echo.value().echoed.c_str(),
              echo.value().timerName.c_str());

  const auto complex = timer.complex_({{{"one", 1}, {"two", 2}}, {"x", "y"}, "a note", 3});
  if (!complex) return fail("complex", complex.error());
  std::printf("complex: itemCount=%lld hasNote=%s summary=\"%s\"\n",
              static_cast<long long>(complex.value().itemCount),
              complex.value().hasNote ? "true" : "false", complex.value().summary.c_str());

  const auto schedule =
      timer.schedule({"nightly", {"a", "b"}, 10}, {3, 250, {"timeout"}}, {1000, 5000, {}});
  if (!schedule) return fail("schedule", schedule.error());
  std::printf("schedule: jobId=\"%s\" willRunCount=%lld\n", schedule.value().jobId.c_str(),
              static_cast<long long>(schedule.value().willRunCount));

  const auto refused = timer.schedule({"", {}, 0}, {3, 250, {}}, {1000, 5000, {}});
  if (refused) return fail("schedule", {{}, "a job without name was accepted"});
  std::printf("refused: %s\n", refused.error().text.c_str());
  std::puts("done");
  return 0;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s unix:PATH|tcp:ADDRESS:PORT\n", argv[0]);
    return 2;
  }
  return run(argv[1]);
}
