// A worker without any binding: the C++ value stream answers. Its argument says how it misbehaves
// at the first bulk request or call whose seed or `times` is kTrigger.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include "harness/core/value_stream.h"
#include "harness/core/witness.h"
#include "harness/run/worker_server.h"
#include "tests/harness/run/fake_batch.h"

namespace {

using namespace fficheck;

void put(const void* bytes, std::size_t size) {
  [[maybe_unused]] const ssize_t n = write(kWorkerWire, bytes, size);
}

void misbehave(const std::string& how) {
  std::fprintf(stderr, "about to %s\n", how.c_str());
  std::fflush(stderr);
  if (how == "crash") {
    std::signal(SIGSEGV, SIG_DFL);  // a sanitizer's handler would exit instead
    std::raise(SIGSEGV);
  }
  if (how == "exit") _exit(5);
  if (how == "end") _exit(0);
  if (how == "close") {
    close(kWorkerWire);
    pause();
  }
  while (how == "hang") pause();
  if (how == "toil") {  // a second, of which it gets the processor for a tenth
    for (int i = 0; i < 100; ++i) {
      const std::clock_t until = std::clock() + CLOCKS_PER_SEC / 1000;
      while (std::clock() < until) {
      }
      usleep(9000);
    }
  }
  if (how == "garbage") put("\0\0\0\0\0\0\0\x03\xff\xff\xff", 11);
  if (how == "huge") put("\0\0\0\0\xff\xff\xff\xff", 8);
  if (how == "deep") {
    std::string frame("\0\0\0\0\0\x01\0\0", 8);
    frame.append(65536, '\x81');
    put(frame.data(), frame.size());
  }
  if (how == "wrong-type") put("\0\0\0\0\0\0\0\x01\x01", 9);
  if (how == "truncate") {
    put("\0\0\0\0\0\0\0\x09\x01", 9);
    _exit(6);
  }
}

class FakeHandler : public WorkerHandler {
 public:
  FakeHandler(const Schema& schema, std::string how) : schema_(schema), how_(std::move(how)) {}

  Result<CallOutcome> open(std::uint32_t) override { return CallOutcome{.text = "opened"}; }
  Result<CallOutcome> close(std::uint32_t) override {
    return CallOutcome{.status = CallOutcome::Status::Failure, .text = std::string("no\0pe", 5)};
  }
  Result<CallOutcome> call(std::uint32_t, std::uint32_t function, const std::vector<Value>& args,
                           unsigned times) override {
    if (times == 13) misbehave(how_);
    const Function& f = schema_.functions()[function];
    return CallOutcome{.result = expected_result(schema_, f, args, {}),
                       .callee_witness = witness_args(schema_, f, args),
                       .args_after = witness_args(schema_, f, args)};
  }
  Result<BulkOutcome> bulk(const BulkRequest& request) override {
    if (request.seed == 13) misbehave(how_);
    BulkOutcome out{.held = request.count, .detail = std::string(request.count, 'd')};
    if (request.seed == 14) out.failed = request.first + 3;
    out.digest = ~std::uint64_t{0};
    out.errs = request.function;
    return out;
  }
  Result<Counters> counters() override {
    return Counters{{"live_slots", 0}, {"total_calls", std::int64_t{1} << 40}, {"odd", -1}};
  }
  Result<void> trim() override { return {}; }

 private:
  const Schema& schema_;
  std::string how_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string how = argc > 1 ? argv[1] : "";
  if (how == "never-start") pause();
  const Schema schema = testing_support::fake_schema();
  const Schema* one = &schema;
  FakeHandler handler(schema, how);
  if (how == "other-batch") return serve(kWorkerWire, {}, handler);
  return serve(kWorkerWire, {&one, 1}, handler);
}
