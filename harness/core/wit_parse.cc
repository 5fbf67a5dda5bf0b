// parse_wit: what the bridge made of a WIT text, as schemas.
#include <map>
#include <nlohmann/json.hpp>

#include "harness/core/bridge.h"
#include "harness/core/names.h"
#include "harness/core/text.h"

namespace fficheck {
namespace {

using Json = nlohmann::json;

std::optional<std::uint32_t> index_or_none(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<std::uint32_t>());
}

Kind kind_of(const std::string& name) {
  for (Kind kind : kAllKinds) {
    if (keyword(kind) == name) return kind;
  }
  throw std::out_of_range("kind " + name);  // caught where the bridge's JSON is read
}

Function function_of(const Json& json, const std::vector<TypeId>& ids) {
  static const std::map<std::string, FunctionKind, std::less<>> kKinds = {
      {"free", FunctionKind::Free},
      {"constructor", FunctionKind::Constructor},
      {"method", FunctionKind::Method},
      {"static", FunctionKind::Static}};
  Function f;
  f.name = json.at("name").get<std::string>();
  f.kind = kKinds.at(json.at("kind").get<std::string>());
  f.resource = index_or_none(json.at("resource")).value_or(0);
  for (const Json& p : json.at("params")) {
    f.params.push_back({p.at("name").get<std::string>(), ids.at(p.at("type").get<TypeId>())});
  }
  if (const auto result = index_or_none(json.at("result"))) f.result = ids.at(*result);
  return f;
}

Result<Schema> schema_of(const Json& unit) {
  SchemaBuilder builder(unit.at("package").get<std::string>(),
                        unit.at("interface").get<std::string>());
  for (const Json& r : unit.at("resources")) {
    builder.resource({r.at("name").get<std::string>(), r.at("imported").get<bool>()});
  }
  std::vector<TypeId> ids;
  for (const Json& t : unit.at("types")) {
    Type type;
    type.kind = kind_of(t.at("kind").get<std::string>());
    type.name = t.at("name").get<std::string>();
    type.resource = index_or_none(t.at("resource")).value_or(0);
    for (const Json& p : t.at("parts")) {
      Part part{p.at("name").get<std::string>(), {}};
      if (const auto id = index_or_none(p.at("type"))) part.type = ids.at(*id);
      type.parts.push_back(std::move(part));
    }
    ids.push_back(builder.add(std::move(type)));
  }
  for (const Json& f : unit.at("functions")) builder.function(function_of(f, ids));
  for (const Json& f : unit.at("imports")) builder.import(function_of(f, ids));
  return std::move(builder).build();
}

Result<ParsedWit> schemas_of(const Json& answer) {
  try {
    ParsedWit parsed;
    for (const Json& s : answer.at("skipped")) {
      parsed.skipped.push_back({s.at("interface").get<std::string>(),  //
                                s.at("reason").get<std::string>(),
                                s.at("where").get<std::string>()});
    }
    for (const Json& unit : answer.at("units")) {
      Result<Schema> schema = schema_of(unit);
      if (schema) {
        parsed.schemas.push_back(std::move(schema).value());
      } else {
        parsed.skipped.push_back(
            {unit.at("package").get<std::string>() + "/" + unit.at("interface").get<std::string>(),
             schema.error().text(), std::string()});
      }
    }
    return parsed;
  } catch (const std::exception& error) {
    return environment_error(std::string("the bridge's answer does not read: ") + error.what());
  }
}

}  // namespace

Result<ParsedWit> parse_wit(std::string_view text, const std::string& file) {
  FFICHECK_TRY(const Json answer, bridge::parse_wit(text, file));
  return schemas_of(answer);
}

Result<ParsedWit> parse_wit_path(const std::string& path) {
  FFICHECK_TRY(const Json answer, bridge::parse_wit_path(path));
  return schemas_of(answer);
}

Result<Schema> parse_schema(std::string_view text, const std::string& file) {
  FFICHECK_TRY(ParsedWit parsed, parse_wit(text, file));
  if (!parsed.skipped.empty()) {
    const ParsedWit::Skipped& first = parsed.skipped[0];
    return input_error(shown(first.interface) + ": " + first.reason, file);
  }
  if (parsed.schemas.size() != 1) {
    return input_error("expected one interface, seen " + std::to_string(parsed.schemas.size()),
                       file, "write one interface, or one world that exports one");
  }
  return std::move(parsed.schemas[0]);
}

}  // namespace fficheck
