#include "harness/run/worker_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "harness/run/wire.h"
#include "harness/run/wire_value.h"

namespace fficheck {
namespace {

using nlohmann::json;

class Server {
 public:
  Server(std::span<const Schema* const> schemas, WorkerHandler& handler)
      : schemas_(schemas), handler_(handler) {}

  WireAnswer answer(const WireRequest& request) {
    Result<json> answer = dispatch(request);
    if (!answer.ok()) return {1, answer.error().text()};
    std::string payload = to_cbor(answer.value());
    if (payload.size() > kMaxWirePayload) return {1, "the answer is too long"};
    return {0, std::move(payload)};
  }

 private:
  Result<json> dispatch(const WireRequest& request) {
    FFICHECK_TRY(const json in, from_cbor(request.payload));
    if (request.method == "hello") return json{{"protocol", 1}, {"schemas", schemas_.size()}};
    if (request.method == "open" || request.method == "close") return lifetime(request.method, in);
    if (request.method == "call") return call(in);
    if (request.method == "bulk") return bulk(in);
    if (request.method == "script") return script(in);
    if (request.method == "counters") {
      FFICHECK_TRY(const Counters counters, handler_.counters());
      return json(counters);
    }
    if (request.method == "trim") {
      FFICHECK_CHECK(handler_.trim());
      return json::object();
    }
    return environment_error("unknown method");
  }

  Result<json> lifetime(const std::string& method, const json& in) {
    FFICHECK_TRY(const std::uint32_t schema, schema_index(in));
    FFICHECK_TRY(const CallOutcome outcome,
                 method == "open" ? handler_.open(schema) : handler_.close(schema));
    return outcome_to_json(*schemas_[schema], nullptr, outcome);
  }

  Result<json> call(const json& in) {
    FFICHECK_TRY(const std::uint32_t index, schema_index(in));
    const Schema& schema = *schemas_[index];
    FFICHECK_TRY(const std::uint64_t function, natural_member(in, "function"));
    if (function >= schema.functions().size()) return environment_error("no such function");
    const Function& f = schema.functions()[function];
    FFICHECK_TRY(const std::uint64_t times, natural_member(in, "times", 1000000));
    const auto args = in.find("args");
    if (args == in.end() || !args->is_array() || args->size() != f.params.size()) {
      return environment_error("wrong number of arguments");
    }
    std::vector<Value> values;
    for (std::size_t i = 0; i < f.params.size(); ++i) {
      FFICHECK_TRY(Value value, value_from_json(schema, f.params[i].type, (*args)[i]));
      values.push_back(std::move(value));
    }
    FFICHECK_TRY(const CallOutcome outcome,
                 handler_.call(index, static_cast<std::uint32_t>(function), values,
                               static_cast<unsigned>(times)));
    return outcome_to_json(schema, &f, outcome);
  }

  Result<json> bulk(const json& in) {
    FFICHECK_TRY(const BulkRequest request, bulk_from_json(in));
    if (request.schema >= schemas_.size() ||
        request.function >= schemas_[request.schema]->functions().size()) {
      return environment_error("no such schema or function");
    }
    FFICHECK_TRY(const BulkOutcome outcome, handler_.bulk(request));
    return bulk_outcome_to_json(outcome);
  }

  Result<json> script(const json& in) {
    FFICHECK_TRY(const std::uint32_t index, schema_index(in));
    FFICHECK_TRY(const ScriptRequest request, script_from_json(*schemas_[index], in));
    FFICHECK_TRY(const ScriptOutcome outcome, handler_.script(request));
    return script_outcome_to_json(outcome);
  }

  Result<std::uint32_t> schema_index(const json& in) {
    FFICHECK_TRY(const std::uint64_t index, natural_member(in, "schema"));
    if (index >= schemas_.size()) return environment_error("no such schema");
    return static_cast<std::uint32_t>(index);
  }

  std::span<const Schema* const> schemas_;
  WorkerHandler& handler_;
};

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

int serve(int fd, std::span<const Schema* const> schemas, WorkerHandler& handler) {
  Server server(schemas, handler);
  FrameReader reader;
  std::array<char, 65536> buffer;
  while (true) {
    while (true) {
      Result<std::optional<WireRequest>> request = reader.next_request();
      if (!request.ok()) return 2;
      if (!request.value()) break;
      if (!send_all(fd, frame(server.answer(*request.value())))) return 0;
    }
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return reader.at_boundary() ? 0 : 2;
    reader.feed({buffer.data(), static_cast<std::size_t>(n)});
  }
}

}  // namespace fficheck
