// parse_wave, parse_call: the bridge gives the nodes of the text, the schema their meaning.
#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "harness/core/bridge.h"
#include "harness/core/names.h"
#include "harness/core/text.h"

namespace fficheck {
namespace {

using Json = nlohmann::json;

// A node of the bridge's tree: ["tag", offset, ...].
const std::string& tag(const Json& node) { return node[0].get_ref<const std::string&>(); }
const std::string& text_of(const Json& node) { return node[2].get_ref<const std::string&>(); }

class Reader {
 public:
  // `column` is that of the text's first byte.
  Reader(const Schema& schema, std::string_view text, const std::string& where, std::size_t column)
      : schema_(schema), text_(text), where_(where), column_(column) {}

  Error error(const std::string& message, std::size_t at) const {
    // `where` is a line; a column only makes sense where the text is one too.
    const bool one_line = text_.substr(0, at).find('\n') == std::string_view::npos;
    return input_error(message, one_line && !where_.empty()
                                    ? where_ + ":" + std::to_string(at + column_)
                                    : where_);
  }

  Result<Value> read(TypeId id, const Json& node) const {
    const Type& type = schema_.type(id);
    switch (type.kind) {
      case Kind::Bool:
        if (tag(node) == "t") return Value::boolean(true);
        if (tag(node) == "f") return Value::boolean(false);
        return mismatch(id, node);
      case Kind::S8:
      case Kind::S16:
      case Kind::S32:
      case Kind::S64: {
        std::int64_t v = 0;
        FFICHECK_CHECK(number(id, node, v));
        const std::int64_t max =
            std::numeric_limits<std::int64_t>::max() >> (64 - bits_of(type.kind));
        if (v > max || v < -max - 1) return out_of_range(id, node);
        return Value::integer(v);
      }
      case Kind::U8:
      case Kind::U16:
      case Kind::U32:
      case Kind::U64: {
        std::uint64_t v = 0;
        FFICHECK_CHECK(number(id, node, v));
        if (v > std::numeric_limits<std::uint64_t>::max() >> (64 - bits_of(type.kind))) {
          return out_of_range(id, node);
        }
        return Value::natural(v);
      }
      case Kind::F32: {
        float v = 0;
        FFICHECK_CHECK(number(id, node, v));
        return Value::f32(v);
      }
      case Kind::F64: {
        double v = 0;
        FFICHECK_CHECK(number(id, node, v));
        return Value::f64(v);
      }
      case Kind::Char:
        if (tag(node) != "c") return mismatch(id, node);
        return Value::character(static_cast<char32_t>(node[2].get<std::uint32_t>()));
      case Kind::String:
        if (tag(node) != "s") return mismatch(id, node);
        return Value::string(text_of(node));
      case Kind::List:
      case Kind::Tuple: return sequence(id, node);
      case Kind::Record: return record(id, node);
      case Kind::Option: return option(id, node);
      case Kind::Result: return result(id, node);
      case Kind::Variant:
      case Kind::Enum: return named_case(id, node);
      case Kind::Flags: return flags(id, node);
      case Kind::Own:
      case Kind::Borrow: {
        std::uint64_t rep = 0;
        FFICHECK_CHECK(number(id, node, rep));
        return Value::handle(rep);
      }
    }
    return mismatch(id, node);
  }

  Result<std::vector<Value>> args(const Function& function, const Json& nodes,
                                  std::size_t end) const {
    std::vector<Value> out;
    const auto& params = function.params;
    for (std::size_t i = 0; i < params.size(); ++i) {
      if (i < nodes.size()) {
        FFICHECK_TRY(Value value, read(params[i].type, nodes[i]));
        out.push_back(std::move(value));
      } else if (schema_.type(params[i].type).kind == Kind::Option) {
        out.push_back(Value::choice(0));  // WAVE leaves out a none at the end
      } else {
        return error("argument `" + params[i].name + "` is missing", end);
      }
    }
    if (nodes.size() > params.size()) {
      return error("expected " + std::to_string(params.size()) + " arguments, seen " +
                       std::to_string(nodes.size()),
                   at(nodes[params.size()]));
    }
    return out;
  }

 private:
  static std::size_t at(const Json& node) { return node[1].get<std::size_t>(); }

  Error mismatch(TypeId id, const Json& node) const {
    return error("expected " + type_name(schema_, id), at(node));
  }
  Error out_of_range(TypeId id, const Json& node) const {
    return error(shown(text_of(node)) + " is out of the range of " + type_name(schema_, id),
                 at(node));
  }

  template <class Number>
  Result<void> number(TypeId id, const Json& node, Number& out) const {
    if (tag(node) != "n") return mismatch(id, node);
    const std::string& digits = text_of(node);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (code == std::errc::result_out_of_range) return out_of_range(id, node);
    if (code != std::errc() || end != digits.data() + digits.size()) return mismatch(id, node);
    return {};
  }

  Result<Value> sequence(TypeId id, const Json& node) const {
    const Type& type = schema_.type(id);
    const bool list = type.kind == Kind::List;
    if (tag(node) != (list ? "[" : "(")) return mismatch(id, node);
    const Json& nodes = node[2];
    if (!list && nodes.size() != type.parts.size()) {
      return error("expected " + std::to_string(type.parts.size()) + " elements, seen " +
                       std::to_string(nodes.size()),
                   at(node));
    }
    Sequence items;
    items.reserve(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      FFICHECK_TRY(Value item, read(*type.parts[list ? 0 : i].type, nodes[i]));
      items.push_back(std::move(item));
    }
    return Value::sequence(std::move(items));
  }

  Result<Value> record(TypeId id, const Json& node) const {
    const Type& type = schema_.type(id);
    if (tag(node) != "{") return mismatch(id, node);
    std::unordered_map<std::string_view, const Json*> fields;
    for (const Json& field : node[2]) {
      fields.emplace(field[0].get_ref<const std::string&>(), &field[1]);  // bridge: no duplicates
    }
    Sequence items;
    items.reserve(type.parts.size());
    for (const Part& part : type.parts) {
      const auto found = fields.find(part.name);
      if (found != fields.end()) {
        FFICHECK_TRY(Value item, read(*part.type, *found->second));
        items.push_back(std::move(item));
        fields.erase(found);
      } else if (schema_.type(*part.type).kind == Kind::Option) {
        items.push_back(Value::choice(0));
      } else {
        return error("field `" + part.name + "` is missing", at(node));
      }
    }
    if (!fields.empty()) {
      return error(type_name(schema_, id) + " has no field " + shown(fields.begin()->first),
                   at(*fields.begin()->second));
    }
    return Value::sequence(std::move(items));
  }

  // WAVE lets `some` and `ok` be left out where the payload is no option or result itself.
  bool may_be_flat(std::optional<TypeId> payload) const {
    if (!payload) return false;
    const Kind kind = schema_.type(*payload).kind;
    return kind != Kind::Option && kind != Kind::Result;
  }

  Result<Value> option(TypeId id, const Json& node) const {
    const TypeId some = *schema_.type(id).parts[0].type;
    if (tag(node) == "none") return Value::choice(0);
    if (tag(node) != "some" && !may_be_flat(some)) return mismatch(id, node);
    FFICHECK_TRY(Value payload, read(some, tag(node) == "some" ? node[2] : node));
    return Value::choice(1, std::move(payload));
  }

  Result<Value> result(TypeId id, const Json& node) const {
    const Type& type = schema_.type(id);
    const bool err = tag(node) == "err";
    if (err || tag(node) == "ok") {
      return payload(err ? 1 : 0, type.parts[err ? 1 : 0].type, tag(node),
                     node.size() > 2 ? &node[2] : nullptr, at(node));
    }
    if (!may_be_flat(type.parts[0].type)) return mismatch(id, node);
    return payload(0, type.parts[0].type, "ok", &node, at(node));
  }

  Result<Value> named_case(TypeId id, const Json& node) const {
    const Type& type = schema_.type(id);
    const bool with_payload = tag(node) == "case";
    if (!with_payload && tag(node) != "label") return mismatch(id, node);
    const std::string& name = text_of(node);
    for (std::uint32_t i = 0; i < type.parts.size(); ++i) {
      if (type.parts[i].name != name) continue;
      return payload(i, type.parts[i].type, name, with_payload ? &node[3] : nullptr, at(node));
    }
    return error(type_name(schema_, id) + " has no case " + shown(name), at(node));
  }

  Result<Value> payload(std::uint32_t index, std::optional<TypeId> type, const std::string& name,
                        const Json* node, std::size_t where) const {
    if (type.has_value() != (node != nullptr)) {
      return error(shown(name) + (type ? " needs a payload" : " has no payload"), where);
    }
    if (!type) return Value::choice(index);
    FFICHECK_TRY(Value value, read(*type, *node));
    return Value::choice(index, std::move(value));
  }

  Result<Value> flags(TypeId id, const Json& node) const {
    const Type& type = schema_.type(id);
    std::vector<std::uint64_t> words((type.parts.size() + 63) / 64);
    if (tag(node) == "{}") return Value::bits(std::move(words));
    if (tag(node) != "flags") return mismatch(id, node);
    std::unordered_map<std::string_view, std::size_t> names;
    for (std::size_t i = 0; i < type.parts.size(); ++i) names.emplace(type.parts[i].name, i);
    for (const Json& flag : node[2]) {
      const auto found = names.find(flag.get_ref<const std::string&>());
      if (found == names.end()) {
        return error(type_name(schema_, id) + " has no flag " + shown(flag.get<std::string>()),
                     at(node));
      }
      words[found->second / 64] |= std::uint64_t{1} << (found->second % 64);
    }
    return Value::bits(std::move(words));
  }

  const Schema& schema_;
  std::string_view text_;
  const std::string& where_;
  std::size_t column_;
};

}  // namespace

Result<Value> parse_wave(const Schema& schema, TypeId type, std::string_view text,
                         const std::string& where) {
  const Reader reader(schema, text, where, 1);
  Json node;
  if (const auto failure = bridge::parse_wave(text, node)) {
    return reader.error(failure->message, failure->at);
  }
  try {
    return reader.read(type, node);
  } catch (const Json::exception& error) {
    return environment_error(std::string("the bridge's answer does not read: ") + error.what());
  }
}

Result<ParsedCall> parse_call(const Schema& schema, std::string_view text, const std::string& where,
                              std::size_t column) {
  // wasm-wave takes no blanks before the name.
  const std::size_t blanks = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(blanks);
  const Reader reader(schema, text, where, column + blanks);
  Json call;
  if (const auto failure = bridge::parse_wave_call(text, call)) {
    return reader.error(failure->message, failure->at);
  }
  try {
    const std::string& name = call.at("name").get_ref<const std::string&>();
    ParsedCall parsed;
    parsed.function = schema.find(name);
    if (parsed.function == nullptr) {
      return reader.error("the interface has no function " + shown(name), 0);
    }
    FFICHECK_TRY(parsed.args, reader.args(*parsed.function, call.at("args"), text.size()));
    return parsed;
  } catch (const Json::exception& error) {
    return environment_error(std::string("the bridge's answer does not read: ") + error.what());
  }
}

}  // namespace fficheck
