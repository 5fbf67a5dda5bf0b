#include "harness/run/wire_value.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace fficheck {
namespace {

using nlohmann::json;

json bytes(const std::string& text) {
  return json::binary(std::vector<std::uint8_t>(text.begin(), text.end()));
}

Error out_of_place(const Schema& schema, TypeId type, const char* what) {
  return environment_error("the worker's " + type_name(schema, type) + " is " + what);
}

Result<Value> signed_from(const Schema& schema, TypeId type, const json& in) {
  if (in.is_number_unsigned()) {
    const auto word = in.get<std::uint64_t>();
    if (word > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return out_of_place(schema, type, "out of range");
    }
    return Value::integer(static_cast<std::int64_t>(word));
  }
  if (!in.is_number_integer()) return out_of_place(schema, type, "no integer");
  const auto number = in.get<std::int64_t>();
  // A negative CBOR integer below -2^63 wraps in the library.
  if (number >= 0) return out_of_place(schema, type, "out of range");
  return Value::integer(number);
}

Result<Value> float_from(const Schema& schema, TypeId type, const json& in) {
  if (!in.is_number_float()) return out_of_place(schema, type, "no float");
  const auto number = in.get<double>();
  if (schema.type(type).kind == Kind::F64) return Value::f64(number);
  if (std::isfinite(number) && std::abs(number) > std::numeric_limits<float>::max()) {
    return out_of_place(schema, type, "out of range");
  }
  const auto narrow = static_cast<float>(number);
  if (!std::isnan(number) && static_cast<double>(narrow) != number) {
    return out_of_place(schema, type, "a float of more precision");
  }
  return Value::f32(narrow);
}

Result<Value> sequence_from(const Schema& schema, TypeId type, const json& in) {
  const Type& t = schema.type(type);
  if (!in.is_array()) return out_of_place(schema, type, "no array");
  const bool list = t.kind == Kind::List;
  if (!list && in.size() != t.parts.size()) {
    return out_of_place(schema, type, "an array of another length");
  }
  Sequence out;
  out.reserve(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    FFICHECK_TRY(Value part, value_from_json(schema, *t.parts[list ? 0 : i].type, in[i]));
    out.push_back(std::move(part));
  }
  return Value::sequence(std::move(out));
}

/// The type of a case's payload; `known` false where there is no such case.
struct CaseType {
  bool known = true;
  std::optional<TypeId> payload;
};

CaseType case_type(const Type& type, std::uint64_t index) {
  if (type.kind == Kind::Option) {
    if (index > 1) return {.known = false};
    return {.payload = index == 0 ? std::nullopt : type.parts[0].type};
  }
  if (index >= type.parts.size()) return {.known = false};
  return {.payload = type.parts[index].type};
}

Result<Value> choice_from(const Schema& schema, TypeId type, const json& in) {
  if (!in.is_array() || in.empty() || in.size() > 2 || !in[0].is_number_unsigned()) {
    return out_of_place(schema, type, "no array of a case index and perhaps a payload");
  }
  const auto index = in[0].get<std::uint64_t>();
  const CaseType c = case_type(schema.type(type), index);
  if (!c.known) return out_of_place(schema, type, "of an unknown case");
  if (c.payload.has_value() != (in.size() == 2)) {
    return out_of_place(schema, type, c.payload ? "without payload" : "with a payload it has not");
  }
  const auto number = static_cast<std::uint32_t>(index);
  if (!c.payload) return Value::choice(number);
  FFICHECK_TRY(Value payload, value_from_json(schema, *c.payload, in[1]));
  return Value::choice(number, std::move(payload));
}

Result<Value> bits_from(const Schema& schema, TypeId type, const json& in) {
  if (!in.is_array()) return out_of_place(schema, type, "no array");
  std::vector<std::uint64_t> words;
  for (const json& word : in) {
    if (!word.is_number_unsigned()) return out_of_place(schema, type, "no array of words");
    words.push_back(word.get<std::uint64_t>());
  }
  return Value::bits(std::move(words));
}

Result<Value> decode(const Schema& schema, TypeId type, const json& in) {
  switch (schema.type(type).kind) {
    case Kind::Bool:
      if (!in.is_boolean()) return out_of_place(schema, type, "no bool");
      return Value::boolean(in.get<bool>());
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64: return signed_from(schema, type, in);
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64:
      if (!in.is_number_unsigned()) return out_of_place(schema, type, "no unsigned integer");
      return Value::natural(in.get<std::uint64_t>());
    case Kind::F32:
    case Kind::F64: return float_from(schema, type, in);
    case Kind::Char:
      if (!in.is_number_unsigned() || in.get<std::uint64_t>() > 0x10FFFF) {
        return out_of_place(schema, type, "no code point");
      }
      return Value::character(static_cast<char32_t>(in.get<std::uint64_t>()));
    case Kind::String:
      if (!in.is_binary()) return out_of_place(schema, type, "no byte string");
      return Value::string(std::string(in.get_binary().begin(), in.get_binary().end()));
    case Kind::List:
    case Kind::Tuple:
    case Kind::Record: return sequence_from(schema, type, in);
    case Kind::Option:
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum: return choice_from(schema, type, in);
    case Kind::Flags: return bits_from(schema, type, in);
    case Kind::Own:
    case Kind::Borrow:
      if (!in.is_number_unsigned()) return out_of_place(schema, type, "no handle");
      return Value::handle(in.get<std::uint64_t>());
  }
  return out_of_place(schema, type, "of an unknown kind");
}

}  // namespace

json value_to_json(const Schema& schema, TypeId type, const Value& value) {
  const Type& t = schema.type(type);
  switch (t.kind) {
    case Kind::Bool: return value.as<bool>();
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64: return value.as<std::int64_t>();
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64: return value.as<std::uint64_t>();
    case Kind::F32: return static_cast<double>(value.as<float>());
    case Kind::F64: return value.as<double>();
    case Kind::Char: return static_cast<std::uint64_t>(value.as<char32_t>());
    case Kind::String: return bytes(value.as<std::string>());
    case Kind::List:
    case Kind::Tuple:
    case Kind::Record: {
      json out = json::array();
      const Sequence& parts = value.as<Sequence>();
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t part = t.kind == Kind::List ? 0 : i;
        out.push_back(value_to_json(schema, *t.parts[part].type, parts[i]));
      }
      return out;
    }
    case Kind::Option:
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum: {
      const auto& choice = value.as<Choice>();
      json out = json::array({std::uint64_t{choice.index}});
      const std::optional<TypeId> payload = case_type(t, choice.index).payload;
      if (payload) out.push_back(value_to_json(schema, *payload, *choice.payload));
      return out;
    }
    case Kind::Flags: {
      json out = json::array();
      for (const std::uint64_t word : value.as<Bits>().words) out.push_back(word);
      return out;
    }
    case Kind::Own:
    case Kind::Borrow: return value.as<Handle>().rep;
  }
  return nullptr;
}

Result<Value> value_from_json(const Schema& schema, TypeId type, const json& json) {
  FFICHECK_TRY(Value value, decode(schema, type, json));
  // Composites are checked when their parts are; what is left are ranges and text.
  const KindClass klass = class_of(schema.type(type).kind);
  if (klass != KindClass::Sequence && klass != KindClass::Choice) {
    FFICHECK_CHECK(check_fits(schema, type, value));
  }
  return value;
}

}  // namespace fficheck
