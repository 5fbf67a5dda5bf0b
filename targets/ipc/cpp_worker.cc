#include "targets/ipc/cpp_worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <system_error>

#include "harness/core/text.h"
#include "harness/core/witness.h"
#include "harness/run/files.h"
#include "harness/run/process.h"
#include "harness/run/trial.h"
#include "harness/run/worker_server.h"
#include "targets/ipc/wire_value.h"
#include "targets/native/control_caller.h"

namespace fficheck::ipc {
namespace {

using nlohmann::json;

/// As drive/ffi_ipc_drive.hpp declares it.
using Tell = void (*)(void* user, int status, const std::uint8_t* bytes, std::size_t len);
struct Driven {
  void* (*create)(const char* address, const std::uint8_t* args, std::size_t len, Tell, void* user);
  void (*destroy)(void* client, Tell, void* user);
  void (*close)(void* client);
  void (*exchange)(void* client, const char* method, Tell, void* user);
  void (*const* functions)(void* client, const std::uint8_t* args, std::size_t len, unsigned times,
                           Tell, void* user);
};
using Ask = void (*)(const char* address, const char* method, const char* payload, Tell,
                     void* user);
constexpr int kDeclared = 2 + 1;  ///< the status of ffi_ipc::Error::Origin::declared

/// What a client told.
struct Told {
  std::optional<std::vector<std::uint8_t>> answer;
  std::vector<std::uint8_t> args_after;
  int status = 0;  ///< of an error
  std::string error;
};

void note(void* user, int status, const std::uint8_t* bytes, std::size_t len) {
  Told& told = *static_cast<Told*>(user);
  if (status == 0) {
    told.answer.emplace(bytes, bytes + len);
  } else if (status == 1) {
    told.args_after.assign(bytes, bytes + len);
  } else {
    told.status = status;
    told.error.assign(reinterpret_cast<const char*>(bytes), len);
  }
}

CallOutcome failure(std::string text) {
  CallOutcome outcome;
  outcome.status = CallOutcome::Status::Failure;
  outcome.text = std::move(text);
  return outcome;
}

struct Client {
  Schema schema;
  const Driven* driven = nullptr;
  std::string address;
  void* open = nullptr;
  bool destroyed = false;
};

class CppWorker final : public WorkerHandler {
 public:
  CppWorker(std::vector<Client> clients, Ask ask) : clients_(std::move(clients)), ask_(ask) {}

  Result<CallOutcome> open(std::uint32_t schema) override {
    Client& client = clients_[schema];
    if (client.open != nullptr && !client.destroyed) return CallOutcome{};
    if (client.open != nullptr) client.driven->close(client.open);
    client.open = nullptr;
    const Function* create = client.schema.find("create");
    std::vector<std::uint8_t> args = {0x80};
    if (create != nullptr)
      args = encode(client.schema, *create, stream_args(client.schema, *create, schema));
    Told told;
    client.open =
        client.driven->create(client.address.c_str(), args.data(), args.size(), note, &told);
    client.destroyed = false;
    return client.open != nullptr ? CallOutcome{} : failure(told.error);
  }

  Result<CallOutcome> close(std::uint32_t schema) override {
    Client& client = clients_[schema];
    Told told;
    if (client.open == nullptr) return failure("no context");
    client.driven->destroy(client.open, note, &told);
    client.destroyed = true;
    return told.status == 0 ? CallOutcome{} : failure(told.error);
  }

  Result<CallOutcome> call(std::uint32_t schema, std::uint32_t function,
                           const std::vector<Value>& args, unsigned times) override {
    Client& client = clients_[schema];
    FFICHECK_CHECK(ready(schema, function));
    const Function& f = client.schema.functions()[function];
    const Told told = run(client, function, args, times == 0 ? 1 : times);
    const auto result = result_of(client.schema, f, told);
    CallOutcome outcome = result ? CallOutcome{} : failure(result.error().message);
    if (result) outcome.result = result.value();
    Told witness;
    client.driven->exchange(client.open, "ffi-witness", note, &witness);
    if (witness.answer)
      outcome.callee_witness = std::strtoull(text(*witness.answer).c_str(), nullptr, 10);
    const auto after = decode_args(client.schema, f, told.args_after);
    outcome.args_after = after ? witness_args(client.schema, f, after.value()) : 0;
    return outcome;
  }

  Result<BulkOutcome> bulk(const BulkRequest& request) override {
    Client& client = clients_[request.schema];
    FFICHECK_CHECK(ready(request.schema, request.function));
    const Function& f = client.schema.functions()[request.function];
    FFICHECK_CHECK(check_law_fits(client.schema, f, request.law));
    BulkOutcome outcome;
    const unsigned times = request.law == BulkLaw::Repeat ? 2 : 1;
    for (std::uint64_t i = request.first; i != request.first + request.count; ++i) {
      const Trial trial = make_trial(client.schema, f, request.law, request.seed, i, {});
      outcome.digest += trial.digest;
      outcome.errs += trial.errs;
      const std::string problem = judge(client, request.function, trial, times);
      if (problem.empty()) {
        ++outcome.held;
        continue;
      }
      outcome.failed = i;
      outcome.detail = f.name + ": " + problem;
      break;
    }
    return outcome;
  }

  Result<Counters> counters() override {
    int connections = 1;
    for (const Client& client : clients_) connections += client.open != nullptr;
    Told told;
    ask_(clients_[0].address.c_str(), "ffi-counters", std::to_string(connections).c_str(), note,
         &told);
    if (!told.answer) return environment_error("the server's counters: " + told.error);
    Counters out;
    std::istringstream lines(text(*told.answer));
    std::string name;
    std::int64_t number = 0;
    while (lines >> name >> number) out[name] = number;
    std::error_code error;
    const std::filesystem::directory_iterator all("/proc/self/fd", error);
    out["live_descriptors"] = error ? -1 : std::distance(begin(all), end(all));
    return out;
  }

  Result<void> trim() override { return {}; }

  [[nodiscard]] std::vector<const Schema*> schemas() const {
    std::vector<const Schema*> all;
    for (const Client& client : clients_) all.push_back(&client.schema);
    return all;
  }

 private:
  static std::string text(const std::vector<std::uint8_t>& bytes) {
    return {bytes.begin(), bytes.end()};
  }

  /// A client that was never opened is.
  Result<void> ready(std::uint32_t schema, std::uint32_t function) {
    if (clients_[schema].schema.functions()[function].name == "create")
      return input_error("`create` is called by open only");
    if (clients_[schema].open != nullptr) return {};
    FFICHECK_TRY(const CallOutcome opened, open(schema));
    if (opened.status == CallOutcome::Status::Ok) return {};
    return input_error("open: " + opened.text);
  }

  static std::vector<std::uint8_t> encode(const Schema& schema, const Function& f,
                                          const std::vector<Value>& args) {
    json all = json::array();
    for (std::size_t i = 0; i < args.size(); ++i)
      all.push_back(wire_value(schema, f.params[i].type, args[i]));
    return json::to_cbor(all);
  }

  static Result<std::vector<Value>> decode_args(const Schema& schema, const Function& f,
                                                const std::vector<std::uint8_t>& bytes) {
    const json all = json::from_cbor(bytes, true, false);
    if (!all.is_array() || all.size() != f.params.size()) return environment_error("no arguments");
    std::vector<Value> out;
    for (std::size_t i = 0; i < all.size(); ++i) {
      FFICHECK_TRY(Value value, value_of_wire(schema, f.params[i].type, all[i]));
      out.push_back(std::move(value));
    }
    return out;
  }

  static Told run(Client& client, std::uint32_t function, const std::vector<Value>& args,
                  unsigned times) {
    const std::vector<std::uint8_t> bytes =
        encode(client.schema, client.schema.functions()[function], args);
    Told told;
    client.driven->functions[function](client.open, bytes.data(), bytes.size(), times, note, &told);
    return told;
  }

  /// A declared err that came as text is a value too.
  static Result<std::optional<Value>> result_of(const Schema& schema, const Function& f,
                                                const Told& told) {
    const Type* type = f.result ? &schema.type(*f.result) : nullptr;
    const bool is_result = type != nullptr && type->kind == Kind::Result;
    const bool text_err =
        is_result && type->parts[1].type && schema.type(*type->parts[1].type).kind == Kind::String;
    if (!told.answer) {
      if (!text_err || told.status != kDeclared) return environment_error(told.error);
      return std::optional(Value::choice(1, Value::string(told.error)));
    }
    const json wire = json::from_cbor(*told.answer, true, false);
    if (wire.is_discarded()) return environment_error("an answer that is no CBOR");
    if (type == nullptr) return std::optional<Value>();
    if (!text_err) {
      FFICHECK_TRY(Value value, value_of_wire(schema, *f.result, wire));
      return std::optional(std::move(value));
    }
    if (!type->parts[0].type) return std::optional(Value::choice(0));
    FFICHECK_TRY(Value ok, value_of_wire(schema, *type->parts[0].type, wire));
    return std::optional(Value::choice(0, std::move(ok)));
  }

  static std::string judge(Client& client, std::uint32_t function, Trial trial, unsigned times) {
    const Function& f = client.schema.functions()[function];
    if (times > 1) {
      // Of `repeat`, the first answer is what the others must be.
      auto first = result_of(client.schema, f, run(client, function, trial.args, 1));
      if (!first) return first.error().message;
      trial.expected = std::move(first).value();
    }
    const Told told = run(client, function, trial.args, times);
    const auto seen = result_of(client.schema, f, told);
    if (!seen) return seen.error().message;
    std::string problem = judge_answer(client.schema, f, trial, seen.value());
    if (!problem.empty()) return problem;
    const auto after = decode_args(client.schema, f, told.args_after);
    if (!after) return "the caller's own arguments after the call: " + after.error().message;
    if (witness_args(client.schema, f, after.value()) == trial.witness) return {};
    return "the caller's own arguments have changed";
  }

  std::vector<Client> clients_;
  Ask ask_;
};

/// The schemas of ipc/batch.txt: an id and a size on a line, then so many bytes of WIT.
Result<std::vector<Client>> read_batch(const std::string& path) {
  FFICHECK_TRY(const std::string all, read_file(path));
  std::vector<Client> out;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    if (end == std::string::npos) return input_error("a line that does not end", path);
    const std::string line = all.substr(at, end - at);
    const std::size_t size = std::strtoull(line.c_str() + line.find(' '), nullptr, 10);
    FFICHECK_TRY(Schema schema, parse_schema(all.substr(end + 1, size), path));
    out.push_back({.schema = std::move(schema)});
    at = end + 1 + size;
  }
  return out;
}

/// Starts the server, which ends with this process; where it listens, line by line.
Result<FILE*> start_server(std::vector<std::string> command) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
    return environment_error(std::string("pipe: ") + std::strerror(errno));
  command.emplace_back("--until-eof");
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in[0], 0);
    dup2(out[1], 1);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  FILE* lines = child < 0 ? nullptr : fdopen(out[0], "r");
  if (lines == nullptr) return environment_error("cannot start the server");
  return lines;
}

Result<std::string> next_address(FILE* lines) {
  constexpr std::string_view kStart = "listening on ";
  char line[512];
  if (fgets(line, sizeof line, lines) == nullptr)
    return environment_error("the server does not listen");
  std::string text(line);
  if (!text.starts_with(kStart)) return environment_error("the server says " + text);
  return text.substr(kStart.size(), text.size() - kStart.size() - 1);
}

Result<std::unique_ptr<CppWorker>> load(const std::string& batch, const std::string& library,
                                        std::vector<std::string> server) {
  FFICHECK_TRY(std::vector<Client> clients, read_batch(batch));
  FFICHECK_TRY(const SharedObject object, SharedObject::open(library));
  FFICHECK_TRY(void* const table, object.symbol("fficheck_ipc_driven"));
  FFICHECK_TRY(void* const ask, object.symbol("fficheck_ipc_ask"));
  FFICHECK_TRY(FILE* const lines, start_server(std::move(server)));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i].driven = static_cast<const Driven* const*>(table)[i];
    FFICHECK_TRY(clients[i].address, next_address(lines));
  }
  return std::make_unique<CppWorker>(std::move(clients), reinterpret_cast<Ask>(ask));
}

}  // namespace

int cpp_worker_main(const std::string& batch, const std::string& library,
                    std::vector<std::string> server) {
  auto worker = load(batch, library, std::move(server));
  if (!worker) {
    std::fprintf(stderr, "fficheck-ipc: %s\n", worker.error().text().c_str());
    return 3;
  }
  const std::vector<const Schema*> schemas = worker.value()->schemas();
  return serve(kWorkerWire, schemas, *worker.value());
}

}  // namespace fficheck::ipc
