// The messages of wire_value.h: CBOR itself, and the payloads of requests and answers.
#include <nlohmann/json.hpp>

#include "harness/run/wire_value.h"

namespace fficheck {
namespace {

using nlohmann::json;

Error malformed(const std::string& what) { return environment_error("malformed CBOR: " + what); }

/// Walks the heads of CBOR items, to bound nesting before the recursive decoder sees the bytes.
class NestingCheck {
 public:
  explicit NestingCheck(std::string_view bytes) : bytes_(bytes) {}

  Result<void> run() {
    std::vector<std::uint64_t> open;  // items that each open container still wants
    while (true) {
      if (at_ == bytes_.size()) return malformed("truncated");
      FFICHECK_TRY(const std::uint64_t inside, head());
      if (inside > 0) {
        // Every item takes a byte at least, so a larger count is a lie.
        if (inside > bytes_.size() - at_) return malformed("truncated");
        if (open.size() >= kMaxCborNesting) return malformed("nested too deep");
        open.push_back(inside);
        continue;
      }
      while (!open.empty() && --open.back() == 0) open.pop_back();
      if (open.empty()) break;
    }
    if (at_ != bytes_.size()) return malformed("bytes after the item");
    return {};
  }

 private:
  /// Reads one head and the bytes of a string; the number of items inside of what it opens.
  Result<std::uint64_t> head() {
    const auto first = static_cast<unsigned char>(bytes_[at_++]);
    const unsigned major = first >> 5;
    const unsigned low = first & 31;
    if (low > 27) return malformed("indefinite length or reserved value");
    std::uint64_t argument = low;
    if (low >= 24) {
      const std::size_t size = std::size_t{1} << (low - 24);
      if (bytes_.size() - at_ < size) return malformed("truncated");
      argument = 0;
      for (std::size_t i = 0; i < size; ++i) {
        argument = argument << 8 | static_cast<unsigned char>(bytes_[at_++]);
      }
    }
    switch (major) {
      case 2:
      case 3:
        if (argument > bytes_.size() - at_) return malformed("truncated");
        at_ += argument;
        return std::uint64_t{0};
      case 4: return argument;
      case 5:
        if (argument > bytes_.size()) return malformed("truncated");
        return 2 * argument;
      case 6: return malformed("a tag");
      default: return std::uint64_t{0};
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

const json* member(const json& map, const char* key) {
  if (!map.is_object()) return nullptr;
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &*found;
}

/// A text member, as text or byte string (error texts may hold any byte); "" where it is absent.
Result<std::string> text_member(const json& map, const char* key) {
  const json* text = member(map, key);
  if (text == nullptr) return std::string();
  if (text->is_string()) return text->get<std::string>();
  if (text->is_binary()) {
    return std::string(text->get_binary().begin(), text->get_binary().end());
  }
  return malformed(std::string("no text in ") + key);
}

json text(const std::string& bytes) {
  return json::binary(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

}  // namespace

std::string to_cbor(const json& json) {
  std::string out;
  json::to_cbor(json, out);
  return out;
}

Result<json> from_cbor(std::string_view bytes) {
  FFICHECK_CHECK(NestingCheck(bytes).run());
  json out = json::from_cbor(bytes.begin(), bytes.end(), true, false);
  if (out.is_discarded()) return malformed("not understood");
  return out;
}

Result<std::uint64_t> natural_member(const json& map, const char* key, std::uint64_t max) {
  const json* number = member(map, key);
  if (number == nullptr || !number->is_number_unsigned()) {
    return malformed(std::string("no unsigned integer in ") + key);
  }
  const auto out = number->get<std::uint64_t>();
  if (out > max) return malformed(std::string("out of range: ") + key);
  return out;
}

json call_to_json(const Schema& schema, std::uint32_t schema_index, std::uint32_t function_index,
                  const std::vector<Value>& args, unsigned times) {
  const Function& f = schema.functions()[function_index];
  json values = json::array();
  for (std::size_t i = 0; i < args.size(); ++i) {
    values.push_back(value_to_json(schema, f.params[i].type, args[i]));
  }
  return {{"schema", schema_index},
          {"function", function_index},
          {"args", std::move(values)},
          {"times", times}};
}

json bulk_to_json(const BulkRequest& r) {
  return {{"schema", r.schema}, {"function", r.function}, {"law", bulk_law_name(r.law)},
          {"seed", r.seed},     {"first", r.first},       {"count", r.count}};
}

Result<BulkRequest> bulk_from_json(const json& json) {
  BulkRequest out;
  FFICHECK_TRY(const std::uint64_t schema, natural_member(json, "schema", UINT32_MAX));
  FFICHECK_TRY(const std::uint64_t function, natural_member(json, "function", UINT32_MAX));
  FFICHECK_TRY(const std::string name, text_member(json, "law"));
  const std::optional<BulkLaw> law = bulk_law(name);
  if (!law) return malformed("unknown law " + name);
  FFICHECK_TRY(out.seed, natural_member(json, "seed"));
  FFICHECK_TRY(out.first, natural_member(json, "first"));
  FFICHECK_TRY(out.count, natural_member(json, "count"));
  out.schema = static_cast<std::uint32_t>(schema);
  out.function = static_cast<std::uint32_t>(function);
  out.law = *law;
  return out;
}

json bulk_outcome_to_json(const BulkOutcome& o) {
  json out = {{"held", o.held}, {"detail", text(o.detail)}, {"digest", o.digest}, {"errs", o.errs}};
  if (o.failed) out["failed"] = *o.failed;
  return out;
}

Result<BulkOutcome> bulk_outcome_from_json(const json& json) {
  BulkOutcome out;
  FFICHECK_TRY(out.held, natural_member(json, "held"));
  const auto* failed = member(json, "failed");
  if (failed != nullptr && !failed->is_null()) {
    FFICHECK_TRY(out.failed, natural_member(json, "failed"));
  }
  FFICHECK_TRY(out.detail, text_member(json, "detail"));
  FFICHECK_TRY(out.digest, natural_member(json, "digest"));
  FFICHECK_TRY(out.errs, natural_member(json, "errs"));
  return out;
}

json outcome_to_json(const Schema& schema, const Function* function, const CallOutcome& o) {
  json out = {{"ok", o.status == CallOutcome::Status::Ok}, {"text", text(o.text)}};
  if (function == nullptr) return out;
  out["callee_witness"] = o.callee_witness;
  out["args_after"] = o.args_after;
  if (function->result && o.result) {
    out["result"] = value_to_json(schema, *function->result, *o.result);
  }
  return out;
}

Result<CallOutcome> outcome_from_json(const Schema& schema, const Function* function,
                                      const json& json) {
  CallOutcome out;
  const auto* ok = member(json, "ok");
  if (ok == nullptr || !ok->is_boolean()) return malformed("no bool in ok");
  out.status = ok->get<bool>() ? CallOutcome::Status::Ok : CallOutcome::Status::Failure;
  FFICHECK_TRY(out.text, text_member(json, "text"));
  if (function == nullptr || out.status == CallOutcome::Status::Failure) return out;
  FFICHECK_TRY(out.callee_witness, natural_member(json, "callee_witness"));
  FFICHECK_TRY(out.args_after, natural_member(json, "args_after"));
  const auto* result = member(json, "result");
  if (result == nullptr || result->is_null()) return out;
  if (!function->result) return malformed("a result of a function that has none");
  Result<Value> value = value_from_json(schema, *function->result, *result);
  if (value.ok()) {
    out.result = std::move(value).value();
  } else {
    // What a broken binding gave its caller; the wire itself is sound.
    out.status = CallOutcome::Status::Failure;
    out.text = "the result is no value of its type: " + value.error().message;
  }
  return out;
}

Result<Counters> counters_from_json(const json& json) {
  if (!json.is_object()) return malformed("no map of counters");
  Counters out;
  for (const auto& [name, count] : json.items()) {
    if (!count.is_number_integer() ||
        (count.is_number_unsigned() && count.get<std::uint64_t>() > INT64_MAX)) {
      return malformed("no integer in counter " + name);
    }
    out[name] = count.get<std::int64_t>();
  }
  return out;
}

}  // namespace fficheck
