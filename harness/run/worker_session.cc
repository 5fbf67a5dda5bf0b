#include "harness/run/worker_session.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/run/patience.h"
#include "harness/run/process.h"
#include "harness/run/wire.h"
#include "harness/run/wire_value.h"

namespace fficheck {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;
using std::chrono::milliseconds;

/// What a loss keeps of a worker's stderr; the stacks of one that hung are long.
constexpr std::size_t kStderrKept = 8192;
constexpr std::size_t kStacksKept = 48u << 10;
constexpr milliseconds kToPrintStacks{3000};

/// Beginning and end of a text that is longer than `limit`.
std::string excerpt(const std::string& text, std::size_t limit) {
  if (text.size() <= limit) return text;
  return text.substr(0, limit / 2) + "\n...\n" + text.substr(text.size() - limit / 2);
}

milliseconds time_limit(milliseconds one, std::uint64_t values) {
  const std::uint64_t times = std::min<std::uint64_t>(1 + values / 1000, 1000);
  return one * static_cast<milliseconds::rep>(times);
}

}  // namespace

struct WorkerSession::State {
  WorkerOptions options;
  milliseconds call_limit{};  ///< of calls, bulk runs and scripts; at first that of the options
  std::vector<Schema> schemas;
  std::optional<ChildProcess> process;
  UniqueFd wire;
  FrameReader reader;
  std::optional<WorkerLoss> loss;  ///< why no request is answered until restart()

  Result<void> spawn();
  WorkerLoss lose(WorkerLoss::How how, const std::string& what);
  WorkerLoss lose_at_end_of_file();
  void transfer(std::string_view& unsent, Patience& patience);
  std::vector<Answer<json>> exchange(std::span<const WireRequest> requests,
                                     std::span<const milliseconds> limits);
  Answer<json> exchange_one(const char* method, const json& payload, milliseconds limit);
  /// The decoded answer; one that cannot be decoded loses the worker.
  template <class T, class Decode>
  Answer<T> decoded(Answer<json> answer, Decode decode);
};

Result<void> WorkerSession::State::spawn() {
  process.reset();
  wire.reset();
  reader = FrameReader();
  loss.reset();
  FFICHECK_TRY(auto ends, socket_pair());
  ProcessOptions child{.command = options.command,
                       .environment = options.environment,
                       .dir = options.dir,
                       .descriptors = {{ends.second.get(), 3}}};
  FFICHECK_TRY(ChildProcess started, ChildProcess::start(child));
  process.emplace(std::move(started));
  ends.second.reset();  // else a worker that ends at once would look as if it took its time
  wire = std::move(ends.first);
  fcntl(wire.get(), F_SETFL, O_NONBLOCK);

  Answer<json> hello = exchange_one("hello", json::object(), options.start_limit);
  if (const auto* lost = std::get_if<WorkerLoss>(&hello)) {
    return worker_error("the worker " +
                        std::filesystem::path(options.command[0]).filename().string() +
                        " did not start: " + lost->detail);
  }
  Result<std::uint64_t> protocol = natural_member(std::get<json>(hello), "protocol");
  Result<std::uint64_t> count = natural_member(std::get<json>(hello), "schemas");
  if (!protocol.ok() || protocol.value() != 1 || !count.ok() || count.value() != schemas.size()) {
    return environment_error(
        "the worker " + options.command[0] + " speaks another protocol or holds another batch",
        "remove the batch's directory and build again");
  }
  return {};
}

WorkerLoss WorkerSession::State::lose(WorkerLoss::How how, const std::string& what) {
  const bool hung = how == WorkerLoss::How::Hung;
  const ProcessEnd end = hung ? process->quit(kToPrintStacks) : process->kill();
  wire.reset();
  WorkerLoss out{how, what};
  if (!end.err.empty())
    out.detail += "; stderr: " + excerpt(end.err, hung ? kStacksKept : kStderrKept);
  loss = out;
  return out;
}

/// The worker closed the wire: it ended, or is about to.
WorkerLoss WorkerSession::State::lose_at_end_of_file() {
  const std::optional<ProcessEnd> end = process->wait(milliseconds(1000));
  if (!end) return lose(WorkerLoss::How::Protocol, "closed the wire and went on running");
  if (end->status == 0) {
    return lose(WorkerLoss::How::Protocol, "ended with status 0 while requests were open");
  }
  return lose(WorkerLoss::How::Crashed, end->how());
}

/// Moves bytes until something arrives, or the worker is lost.
void WorkerSession::State::transfer(std::string_view& unsent, Patience& patience) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(patience.due() - Clock::now());
    pollfd fd{wire.get(), static_cast<short>(unsent.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    const int ready =
        left.count() <= 0
            ? 0
            : poll(&fd, 1, static_cast<int>(std::min<milliseconds::rep>(left.count(), 1 << 30)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && patience.renew(Clock::now(), process->cpu_time())) continue;
    if (ready <= 0) {
      lose(WorkerLoss::How::Hung, "no answer within the time limit");
      return;
    }
    if ((fd.revents & POLLOUT) != 0) {
      const ssize_t n = send(wire.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
      if (n > 0) unsent.remove_prefix(static_cast<std::size_t>(n));
      // A broken pipe shows as end of file below, after what the worker still had to say.
      if (n < 0 && errno != EAGAIN && errno != EINTR) unsent = {};
    }
    if ((fd.revents & ~POLLOUT) != 0) {
      std::array<char, 65536> buffer;
      const ssize_t n = recv(wire.get(), buffer.data(), buffer.size(), 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (n <= 0) {
        lose_at_end_of_file();
        return;
      }
      reader.feed({buffer.data(), static_cast<std::size_t>(n)});
      return;
    }
  }
}

std::vector<Answer<json>> WorkerSession::State::exchange(std::span<const WireRequest> requests,
                                                         std::span<const milliseconds> limits) {
  std::string bytes;
  for (const WireRequest& request : requests) bytes += frame(request);
  std::string_view unsent = bytes;
  std::vector<Answer<json>> out;
  std::optional<Patience> patience;
  while (out.size() < requests.size()) {
    if (loss) {
      out.emplace_back(*loss);
      continue;
    }
    Result<std::optional<WireAnswer>> answer = reader.next_answer();
    if (!answer.ok()) {
      out.emplace_back(lose(WorkerLoss::How::Protocol, answer.error().text()));
      continue;
    }
    if (!answer.value()) {
      if (!patience) patience.emplace(limits[out.size()], Clock::now(), process->cpu_time());
      transfer(unsent, *patience);
      continue;
    }
    patience.reset();
    const WireAnswer& whole = *answer.value();
    if (whole.code != 0) {
      // Cut, since garbage on the wire may be read as any text.
      out.emplace_back(lose(WorkerLoss::How::Protocol,
                            "refused " + requests[out.size()].method + " with code " +
                                std::to_string(whole.code) + ": " + whole.payload.substr(0, 1000)));
      continue;
    }
    Result<json> payload = from_cbor(whole.payload);
    if (payload.ok()) {
      out.emplace_back(std::move(payload).value());
    } else {
      out.emplace_back(lose(WorkerLoss::How::Protocol, payload.error().text()));
    }
  }
  return out;
}

Answer<json> WorkerSession::State::exchange_one(const char* method, const json& payload,
                                                milliseconds limit) {
  const WireRequest request{method, to_cbor(payload)};
  return std::move(exchange({&request, 1}, {&limit, 1}).front());
}

template <class T, class Decode>
Answer<T> WorkerSession::State::decoded(Answer<json> answer, Decode decode) {
  if (auto* lost = std::get_if<WorkerLoss>(&answer)) return std::move(*lost);
  Result<T> out = decode(std::get<json>(answer));
  if (out.ok()) return std::move(out).value();
  return lose(WorkerLoss::How::Protocol, out.error().text());
}

WorkerSession::WorkerSession(std::unique_ptr<State> state) : state_(std::move(state)) {}

WorkerSession::~WorkerSession() {
  if (!state_->process) return;
  // End of file asks it to end; what does not is killed with its process group.
  state_->wire.reset();
  (void)state_->process->wait(milliseconds(500));
}

Result<std::unique_ptr<Session>> WorkerSession::start(WorkerOptions options,
                                                      std::span<const BatchEntry> batch) {
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  state->call_limit = state->options.call_limit;
  for (const BatchEntry& entry : batch) state->schemas.push_back(*entry.schema);
  FFICHECK_CHECK(state->spawn());
  return std::unique_ptr<Session>(new WorkerSession(std::move(state)));
}

Answer<CallOutcome> WorkerSession::open(std::uint32_t schema) {
  State& s = *state_;
  return s.decoded<CallOutcome>(
      s.exchange_one("open", {{"schema", schema}}, s.options.call_limit),
      [&](const json& json) { return outcome_from_json(s.schemas[schema], nullptr, json); });
}

Answer<CallOutcome> WorkerSession::close(std::uint32_t schema) {
  State& s = *state_;
  return s.decoded<CallOutcome>(
      s.exchange_one("close", {{"schema", schema}}, s.options.call_limit),
      [&](const json& json) { return outcome_from_json(s.schemas[schema], nullptr, json); });
}

Answer<CallOutcome> WorkerSession::call(std::uint32_t schema, std::uint32_t function,
                                        const std::vector<Value>& args, unsigned times) {
  State& s = *state_;
  const Schema& types = s.schemas[schema];
  const json payload = call_to_json(types, schema, function, args, times);
  return s.decoded<CallOutcome>(
      s.exchange_one("call", payload, time_limit(s.call_limit, times)), [&](const json& json) {
        return outcome_from_json(types, &types.functions()[function], json);
      });
}

Answer<BulkOutcome> WorkerSession::bulk(const BulkRequest& request) {
  return std::move(bulk_all({&request, 1}).front());
}

std::vector<Answer<BulkOutcome>> WorkerSession::bulk_all(std::span<const BulkRequest> requests) {
  State& s = *state_;
  std::vector<WireRequest> frames;
  std::vector<milliseconds> limits;
  for (const BulkRequest& request : requests) {
    frames.push_back({"bulk", to_cbor(bulk_to_json(request))});
    limits.push_back(time_limit(s.call_limit, request.count));
  }
  std::vector<Answer<BulkOutcome>> out;
  bool sound = true;
  for (Answer<json>& answer : s.exchange(frames, limits)) {
    // After an answer that cannot be read, no later one can be trusted.
    if (!sound) answer = *s.loss;
    const bool arrived = std::holds_alternative<json>(answer);
    out.push_back(s.decoded<BulkOutcome>(std::move(answer), bulk_outcome_from_json));
    sound = sound && !(arrived && std::holds_alternative<WorkerLoss>(out.back()));
  }
  return out;
}

Answer<ScriptOutcome> WorkerSession::script(const ScriptRequest& request) {
  State& s = *state_;
  // What waits in vain ends its script, and then waits once more for the rest.
  std::uint64_t calls = 0;
  for (const std::vector<Step>& script : request.scripts)
    for (const Step& step : script)
      calls += step.action.act == Act::Churn
                   ? step.count
                   : std::uint64_t{step.action.callers} * step.action.calls;
  const milliseconds limit = time_limit(s.call_limit, calls) + milliseconds(request.limit_ms) * 2;
  return s.decoded<ScriptOutcome>(
      s.exchange_one("script", script_to_json(s.schemas[request.schema], request), limit),
      [&](const json& json) { return script_outcome_from_json(request, json); });
}

Answer<Counters> WorkerSession::counters() {
  State& s = *state_;
  return s.decoded<Counters>(s.exchange_one("counters", json::object(), s.options.call_limit),
                             counters_from_json);
}

Answer<std::monostate> WorkerSession::trim() {
  State& s = *state_;
  return s.decoded<std::monostate>(
      s.exchange_one("trim", json::object(), s.options.call_limit),
      [](const json&) { return Result<std::monostate>(std::monostate{}); });
}

void WorkerSession::limit_calls(milliseconds limit) {
  state_->call_limit = std::min(limit, state_->options.call_limit);
}

Result<void> WorkerSession::restart() { return state_->spawn(); }

std::filesystem::path worker_program(std::string_view name) {
  std::error_code error;
  const std::filesystem::path here =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  std::filesystem::path beside = here / name;
  std::filesystem::path above = here.parent_path() / name;
  const bool is_above =
      !std::filesystem::exists(beside, error) && std::filesystem::exists(above, error);
  return is_above ? above : beside;
}

}  // namespace fficheck
