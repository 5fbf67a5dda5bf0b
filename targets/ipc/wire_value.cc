#include "targets/ipc/wire_value.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "targets/native/cbor_names.h"

namespace fficheck::ipc {
namespace {

using nlohmann::json;

bool is_bytes(const Schema& schema, const Type& list) {
  return schema.type(*list.parts[0].type).kind == Kind::U8;
}

json wire_sequence(const Schema& schema, const Type& type, const Value& value) {
  const Sequence& parts = value.as<Sequence>();
  const bool list = type.kind == Kind::List;
  if (list && is_bytes(schema, type)) {
    std::vector<std::uint8_t> bytes;
    for (const Value& part : parts)
      bytes.push_back(static_cast<std::uint8_t>(part.as<std::uint64_t>()));
    return json::binary(std::move(bytes));
  }
  const std::vector<std::string> names = cbor_names(type);
  json out = type.kind == Kind::Record ? json::object() : json::array();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    json part = wire_value(schema, *type.parts[list ? 0 : i].type, parts[i]);
    if (type.kind == Kind::Record)
      out[names[i]] = std::move(part);
    else
      out.push_back(std::move(part));
  }
  return out;
}

json wire_choice(const Schema& schema, const Type& type, const Value& value) {
  const auto& [index, payload] = value.as<Choice>();
  if (type.kind == Kind::Option) {
    if (index == 0) return nullptr;
    const TypeId inner = *type.parts[0].type;
    json some = wire_value(schema, inner, *payload);
    return schema.type(inner).kind == Kind::Option ? json::array({std::move(some)}) : some;
  }
  std::string name = cbor_names(type)[index];
  if (type.kind == Kind::Enum) return name;
  const std::optional<TypeId>& part = type.parts[index].type;
  json out = json::object();
  out[name] = part ? wire_value(schema, *part, *payload) : json(nullptr);
  return out;
}

Error wrong(const Schema& schema, TypeId type, const char* what) {
  return environment_error("the answer's " + type_name(schema, type) + " is " + what);
}

Result<Value> sequence_of(const Schema& schema, TypeId id, const json& wire) {
  const Type& type = schema.type(id);
  const bool list = type.kind == Kind::List;
  Sequence out;
  if (list && is_bytes(schema, type)) {
    if (!wire.is_binary()) return wrong(schema, id, "no byte string");
    for (const std::uint8_t byte : wire.get_binary()) out.push_back(Value::natural(byte));
    return Value::sequence(std::move(out));
  }
  const bool record = type.kind == Kind::Record;
  if (record ? !wire.is_object() : !wire.is_array())
    return wrong(schema, id, record ? "no map" : "no array");
  if (!list && wire.size() != type.parts.size()) return wrong(schema, id, "of another size");
  const std::vector<std::string> names = cbor_names(type);
  for (std::size_t i = 0; i < wire.size(); ++i) {
    if (record && !wire.contains(names[i])) return wrong(schema, id, "without a field");
    FFICHECK_TRY(Value part, value_of_wire(schema, *type.parts[list ? 0 : i].type,
                                           record ? wire[names[i]] : wire[i]));
    out.push_back(std::move(part));
  }
  return Value::sequence(std::move(out));
}

Result<Value> choice_of(const Schema& schema, TypeId id, const json& wire) {
  const Type& type = schema.type(id);
  if (type.kind == Kind::Option) {
    if (wire.is_null()) return Value::choice(0);
    const TypeId inner = *type.parts[0].type;
    const bool wrapped = schema.type(inner).kind == Kind::Option;
    if (wrapped && (!wire.is_array() || wire.size() != 1))
      return wrong(schema, id, "no array of one");
    FFICHECK_TRY(Value some, value_of_wire(schema, inner, wrapped ? wire[0] : wire));
    return Value::choice(1, std::move(some));
  }
  const bool bare = type.kind == Kind::Enum;
  if (bare ? !wire.is_string() : !wire.is_object() || wire.size() != 1)
    return wrong(schema, id, "no case");
  const std::string name = bare ? wire.get<std::string>() : wire.begin().key();
  const std::vector<std::string> names = cbor_names(type);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return wrong(schema, id, "of an unknown case");
  const auto index = static_cast<std::uint32_t>(found - names.begin());
  const std::optional<TypeId> part = bare ? std::nullopt : type.parts[index].type;
  if (!part) {
    if (!bare && !wire.begin()->is_null()) return wrong(schema, id, "with a payload it has not");
    return Value::choice(index);
  }
  FFICHECK_TRY(Value payload, value_of_wire(schema, *part, *wire.begin()));
  return Value::choice(index, std::move(payload));
}

Result<Value> bits_of_wire(const Schema& schema, TypeId id, const json& wire) {
  const bool few = schema.type(id).parts.size() <= 64;
  if (few ? !wire.is_number_unsigned() : !wire.is_array()) return wrong(schema, id, "no flags");
  std::vector<std::uint64_t> words;
  if (few) words.push_back(wire.get<std::uint64_t>());
  for (std::size_t i = 0; !few && i < wire.size(); ++i) {
    if (!wire[i].is_number_unsigned()) return wrong(schema, id, "no words");
    words.push_back(wire[i].get<std::uint64_t>());
  }
  return Value::bits(std::move(words));
}

Result<Value> read(const Schema& schema, TypeId id, const json& wire) {
  const Kind kind = schema.type(id).kind;
  switch (kind) {
    case Kind::Bool:
      if (!wire.is_boolean()) return wrong(schema, id, "no bool");
      return Value::boolean(wire.get<bool>());
    case Kind::S8:
    case Kind::S16:
    case Kind::S32:
    case Kind::S64:
      if (!wire.is_number_integer()) return wrong(schema, id, "no integer");
      return Value::integer(wire.get<std::int64_t>());
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::U64:
    case Kind::Char:
    case Kind::Own:
    case Kind::Borrow:
      if (!wire.is_number_unsigned()) return wrong(schema, id, "no natural number");
      if (kind == Kind::Char) return Value::character(wire.get<char32_t>());
      return class_of(kind) == KindClass::Handle ? Value::handle(wire.get<std::uint64_t>())
                                                 : Value::natural(wire.get<std::uint64_t>());
    case Kind::F32:
    case Kind::F64:
      if (!wire.is_number_float()) return wrong(schema, id, "no float");
      return kind == Kind::F32 ? Value::f32(static_cast<float>(wire.get<double>()))
                               : Value::f64(wire.get<double>());
    case Kind::String:
      if (!wire.is_string()) return wrong(schema, id, "no text string");
      return Value::string(wire.get<std::string>());
    case Kind::List:
    case Kind::Tuple:
    case Kind::Record: return sequence_of(schema, id, wire);
    case Kind::Option:
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum: return choice_of(schema, id, wire);
    case Kind::Flags: return bits_of_wire(schema, id, wire);
  }
  return wrong(schema, id, "of no kind");
}

}  // namespace

json wire_value(const Schema& schema, TypeId id, const Value& value) {
  const Type& type = schema.type(id);
  switch (type.kind) {
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
    case Kind::String: return value.as<std::string>();
    case Kind::List:
    case Kind::Tuple:
    case Kind::Record: return wire_sequence(schema, type, value);
    case Kind::Option:
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum: return wire_choice(schema, type, value);
    case Kind::Flags: {
      const std::vector<std::uint64_t>& words = value.as<Bits>().words;
      if (type.parts.size() > 64) return words;
      return words.empty() ? 0 : words[0];
    }
    case Kind::Own:
    case Kind::Borrow: return value.as<Handle>().rep;
  }
  return nullptr;
}

Result<Value> value_of_wire(const Schema& schema, TypeId type, const json& wire) {
  FFICHECK_TRY(Value value, read(schema, type, wire));
  FFICHECK_CHECK(check_fits(schema, type, value));
  return value;
}

}  // namespace fficheck::ipc
