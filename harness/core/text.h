// Schemas as WIT and values as WAVE. Parsing goes through wit-parser and wasm-wave
// (harness/bridge); printing is ours and canonical: print(parse(print(x))) == print(x), tested.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/value.h"

namespace fficheck {

/// Limits of untrusted text; beyond them parsing is an input error that names the limit.
inline constexpr std::size_t kMaxNesting = 100;          ///< brackets open at once
inline constexpr std::size_t kMaxNameLength = 256;       ///< bytes of one identifier
inline constexpr std::size_t kMaxTextBytes = 64u << 20;  ///< bytes of one file
inline constexpr std::size_t kMaxWitBytes = 4u << 20;    ///< bytes of one WIT text
inline constexpr std::size_t kMaxDefinitions = 10000;    ///< types, interfaces, ... of one WIT text

/// WIT of a schema: one package, one interface `schema.interface()`, an interface `host` where
/// there are imports, and a world `library`. An empty record, which WIT's grammar knows but
/// wit-parser refuses, is printed as `record e {}`; the bridge parses it (docs/case-file.md).
[[nodiscard]] std::string print_wit(const Schema& schema);
/// Name of the interface that print_wit gives the imports: "host", unless the schema's own is that.
[[nodiscard]] std::string host_interface_name(const Schema& schema);

/// What became of the interfaces of a WIT text: those that make a schema; and those interfaces
/// ("ns:pkg/name"), types and functions ("ns:pkg/name.f") that cannot (async, streams, futures,
/// ...), with the reason.
struct ParsedWit {
  struct Skipped {
    std::string interface;  ///< or function or type of it
    std::string reason;
    std::string where;  ///< "file:line"; empty where unknown
  };
  std::vector<Schema> schemas;
  std::vector<Skipped> skipped;
};

/// Reads a WIT text. Where its package has exactly one world, and that exports something: each
/// exported interface makes a schema whose imports are the world's imports. Otherwise: one schema
/// for each interface that has functions. Types that an interface uses from others are part of its
/// schema; aliases are their target; names that collide get their interface's name in front. `file`
/// is only for messages.
[[nodiscard]] Result<ParsedWit> parse_wit(std::string_view text, const std::string& file);
/// The same for a WIT file or a WIT package directory (with deps/).
[[nodiscard]] Result<ParsedWit> parse_wit_path(const std::string& path);
/// The one schema of a text that fficheck printed itself; an error where it holds several.
[[nodiscard]] Result<Schema> parse_schema(std::string_view text, const std::string& file);

/// WAVE of a value, on one line.
[[nodiscard]] std::string print_wave(const Schema& schema, TypeId type, const Value& value);
/// WAVE of a call: "echo-0({a: 1}, \"x\")". Precondition: args fit the function's parameters.
[[nodiscard]] std::string print_call(const Schema& schema, const Function& function,
                                     const std::vector<Value>& args);

[[nodiscard]] Result<Value> parse_wave(const Schema& schema, TypeId type, std::string_view text,
                                       const std::string& where);

struct ParsedCall {
  const Function* function = nullptr;  ///< into `schema`
  std::vector<Value> args;
};
/// Reads what print_call prints; `where` ("file:line") starts the message of an error, `column` is
/// that of the text's first byte.
[[nodiscard]] Result<ParsedCall> parse_call(const Schema& schema, std::string_view text,
                                            const std::string& where, std::size_t column = 1);

}  // namespace fficheck
