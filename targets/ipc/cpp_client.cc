#include "targets/ipc/cpp_client.h"

#include "targets/native/cbor_names.h"
#include "targets/native/emit_parts.h"

namespace fficheck::ipc {
namespace {

using native_emit::signature;

const std::string kOutcome = "ffi_ipc::Outcome<";

std::string brace_list(const std::vector<std::string>& names) {
  if (names.empty()) return "{}";
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "{{\"" : ", \"") + name + "\"";
  return out + "}}";
}

std::size_t word_count(const Type& flags) {
  return std::max<std::size_t>((flags.parts.size() + 63) / 64, 1);
}

// ---- Types ----

std::string record(const CppClient& c, TypeId id) {
  std::string out = "struct " + c.names.types[id] + " {\n";
  const Type& type = c.schema.type(id);
  for (std::size_t i = 0; i < type.parts.size(); ++i)
    out += "  " + c.names.types[*type.parts[i].type] + " " + c.names.parts[id][i] + "{};\n";
  return out + "};\n";
}

std::string variant(const CppClient& c, TypeId id) {
  const Type& type = c.schema.type(id);
  std::string out;
  std::string cases;
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    const std::string& name = c.names.parts[id][i];
    out += "struct " + name + " {\n";
    if (type.parts[i].type) out += "  " + c.names.types[*type.parts[i].type] + " value{};\n";
    out += "};\n";
    cases += (i ? ", " : "") + name;
  }
  return out + "using " + c.names.types[id] + " = std::variant<" + cases + ">;\n";
}

std::string enumeration(const CppClient& c, TypeId id) {
  std::string out = "enum class " + c.names.types[id] + " : std::uint32_t {\n";
  for (const std::string& part : c.names.parts[id]) out += "  " + part + ",\n";
  return out + "};\n";
}

std::string flags(const CppClient& c, TypeId id) {
  std::string out = "struct " + c.names.types[id] + " {\n";
  out += "  std::array<std::uint64_t, " + std::to_string(word_count(c.schema.type(id))) +
         "> words{}; // flag i is bit i % 64 of word i / 64\n";
  for (std::size_t i = 0; i < c.names.parts[id].size(); ++i)
    out +=
        "  static constexpr unsigned " + c.names.parts[id][i] + " = " + std::to_string(i) + ";\n";
  out +=
      "  bool has(unsigned flag) const {\n"
      "    return words[flag / 64] >> flag % 64 & 1;\n"
      "  }\n"
      "  void set(unsigned flag) {\n"
      "    words[flag / 64] |= std::uint64_t{1} << flag % 64;\n"
      "  }\n";
  return out + "};\n";
}

std::string type_declaration(const CppClient& c, TypeId id) {
  switch (c.schema.type(id).kind) {
    case Kind::Record: return record(c, id);
    case Kind::Variant: return variant(c, id);
    case Kind::Enum: return enumeration(c, id);
    case Kind::Flags: return flags(c, id);
    case Kind::Bool:
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::S64:
    case Kind::U64:
    case Kind::F32:
    case Kind::F64:
    case Kind::Char:
    case Kind::String:
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Own:
    case Kind::Borrow: break;
  }
  return {};
}

/// What the codec knows of a named type.
std::string description(const CppClient& c, TypeId id) {
  const Type& type = c.schema.type(id);
  const std::string shape = type.kind == Kind::Record    ? "record"
                            : type.kind == Kind::Variant ? "variant"
                            : type.kind == Kind::Enum    ? "enumeration"
                                                         : "flags";
  std::string out = "\ntemplate <>\nstruct ffi_ipc::Describe<" + c.names.scope +
                    "::" + c.names.types[id] +
                    "> {\n  static constexpr Shape shape = Shape::" + shape + ";\n";
  if (type.kind == Kind::Flags) {
    return out + "  static constexpr std::size_t count = " + std::to_string(type.parts.size()) +
           ";\n  static constexpr std::size_t words = " + std::to_string(word_count(type)) +
           ";\n};\n";
  }
  const std::vector<std::string> names = cbor_names(type);
  out += "  static constexpr std::array<const char *, " + std::to_string(names.size()) +
         "> names = " + brace_list(names) + ";\n";
  if (type.kind == Kind::Record) {
    std::string members;
    for (const std::string& part : c.names.parts[id])
      members += (members.empty() ? "r." : ", r.") + part;
    out +=
        "  template <class R>\n  static auto members([[maybe_unused]] R &r) {\n    return "
        "std::tie(" +
        members + ");\n  }\n";
  }
  return out + "};\n";
}

// ---- Methods ----

bool by_value(Kind kind) {
  return class_of(kind) == KindClass::Scalar || class_of(kind) == KindClass::Handle ||
         kind == Kind::Enum;
}

std::string params(const CppClient& c, std::size_t i) {
  const Function& function = c.schema.functions()[i];
  std::string out;
  for (std::size_t p = 0; p < function.params.size(); ++p) {
    const TypeId type = function.params[p].type;
    const bool value = by_value(c.schema.type(type).kind);
    out += (out.empty() ? "" : ", ") + std::string(value ? "" : "const ") + c.names.types[type] +
           (value ? " " : " &") + c.names.params[i][p];
  }
  return out;
}

/// "my::T, ffi_ipc::Form::value": what a method answers, and how it comes back.
struct Answer {
  std::string type;
  std::string form;
};

Answer answer(const CppClient& c, std::size_t i) {
  const FunctionLayout& layout = c.lowering.functions[i];
  switch (layout.form) {
    case ResultForm::None: return {"ffi_ipc::Nothing", "nothing"};
    case ResultForm::RawText: return {"std::string", "text"};
    case ResultForm::Struct: break;
  }
  return {c.names.types[*layout.ok], "value"};
}

std::string call(const CppClient& c, std::size_t i, const std::string& connection) {
  const Function& function = c.schema.functions()[i];
  const Answer a = answer(c, i);
  std::string out = "ffi_ipc::call<" + a.type + ", ffi_ipc::Form::" + a.form + ">(" + connection +
                    ", \"" + c.names.wire_methods[i] + "\", " +
                    (c.lowering.functions[i].error_is_text ? "true" : "false") + ", " +
                    brace_list(cbor_names(function));
  for (const std::string& param : c.names.params[i]) out += ", " + param;
  return out + ")";
}

std::string constructor_params(const CppClient& c) {
  std::string own = c.create < 0 ? "" : params(c, static_cast<std::size_t>(c.create));
  return "std::string_view ffi_address" + (own.empty() ? "" : ", " + own) +
         ", const ffi_ipc::Options &ffi_options";
}

std::string class_declaration(const CppClient& c) {
  const std::string& name = c.names.client;
  std::string out =
      "\n/* One context of the library in another process, with a connection of its own, and with "
      "it "
      "the context ends.\n * Methods may be called from any thread; they wait for the answer. */\n";
  out += "class " + name + " {\npublic:\n";
  out +=
      "  /* Makes a context in the server at \"unix:PATH\" or \"tcp:ADDRESS:PORT\". */\n  static " +
      kOutcome + name + "> create(" + constructor_params(c) + " = {});\n";
  out += "  /* Connects to a server that was started with a context for all. */\n  static " +
         kOutcome + name +
         "> attach(std::string_view ffi_address, const ffi_ipc::Options &ffi_options = {});\n";
  out +=
      "  /* Destroys the context: pending calls fail, later ones are refused. */\n"
      "  ffi_ipc::Outcome<ffi_ipc::Nothing> destroy();\n";
  for (std::size_t i = 0; i < c.schema.functions().size(); ++i) {
    if (static_cast<int>(i) == c.create) continue;
    out += "  /* " + signature(c.schema, c.schema.functions()[i]) + " */\n  " + kOutcome +
           answer(c, i).type + "> " + c.names.methods[i] + "(" + params(c, i) + ");\n";
  }
  out += "\nprivate:\n";
  if (c.driven) out += "  friend struct ::FFIIpcAccess;\n";
  out += "  explicit " + name +
         "(std::unique_ptr<ffi_ipc::Connection> connection)\n"
         "      : connection_(std::move(connection)) {\n  }\n"
         "  std::unique_ptr<ffi_ipc::Connection> connection_;\n};\n";
  return out;
}

std::string opened(const CppClient& c, bool create) {
  const std::string& name = c.names.client;
  std::string out = "\n" + kOutcome + name + "> " + name + "::" + (create ? "create(" : "attach(") +
                    (create ? constructor_params(c)
                            : "std::string_view ffi_address, const ffi_ipc::Options &ffi_options") +
                    ") {\n";
  out += "  auto ffi_connection = ffi_ipc::Connection::open(ffi_address, ffi_options);\n";
  out += "  if (!ffi_connection.ok())\n    return ffi_connection.error();\n";
  if (create) {
    const std::string made =
        c.create < 0
            ? "ffi_ipc::call<ffi_ipc::Nothing, ffi_ipc::Form::nothing>(*ffi_connection.value(), "
              "\"create\", false, {})"
            : call(c, static_cast<std::size_t>(c.create), "*ffi_connection.value()");
    out += "  const auto ffi_made = " + made + ";\n";
    out += "  if (!ffi_made.ok())\n    return ffi_made.error();\n";
  }
  return out + "  return " + name + "(std::move(ffi_connection.value()));\n}\n";
}

}  // namespace

CppClient::CppClient(const Schema& s, const LibraryName& library)
    : schema(s), lowering(lower_native(s, Abi::Native)), names(resolve_cpp_names(s, library)) {
  for (std::size_t i = 0; i < s.functions().size(); ++i)
    if (s.functions()[i].name == "create") create = static_cast<int>(i);
}

std::string cpp_declarations(const CppClient& c) {
  std::string out = "\nnamespace " + c.names.scope + " {\n";
  for (TypeId id = 0; id < c.schema.types().size(); ++id) {
    const Type& type = c.schema.type(id);
    if (!is_named(type.kind)) continue;
    out += "\n/* " + std::string(keyword(type.kind)) + " " + type.name + " */\n" +
           type_declaration(c, id);
  }
  return out + class_declaration(c) + "\n} // namespace " + c.names.scope + "\n";
}

std::string cpp_driven(const CppClient& c) {
  std::string types;
  if (c.create >= 0)
    for (const Param& param : c.schema.functions()[static_cast<std::size_t>(c.create)].params)
      types += (types.empty() ? "" : ", ") + c.names.types[param.type];
  const std::string& client = c.names.client;
  std::string out =
      "\nnamespace " + c.names.scope +
      " {\nstatic void *driven_create(const char *address, const std::uint8_t *args, "
      "std::size_t len, FFIIpcTell tell, void *user) {\n  return ffi_ipc::drive_create<" +
      client + ", std::tuple<" + types +
      ">>(args, len, tell, user, [address](const auto &...arg) { return " + client +
      "::create(address, arg...); });\n}\n";
  out +=
      "static void (*const driven_functions[])(void *, const std::uint8_t *, std::size_t, "
      "unsigned, FFIIpcTell, void *) = {\n";
  for (std::size_t i = 0; i < c.schema.functions().size(); ++i)
    out += static_cast<int>(i) == c.create
               ? "    nullptr,\n"
               : "    ffi_ipc::Drive<&" + c.names.client + "::" + c.names.methods[i] + ">::run,\n";
  return out +
         "    nullptr,\n};\nextern const FFIIpcDriven driven;\nconst FFIIpcDriven driven = "
         "{driven_create, "
         "ffi_ipc::drive_destroy<" +
         client + ">, ffi_ipc::drive_close<" + client + ">, ffi_ipc::drive_exchange<" + client +
         ">, driven_functions};\n} // namespace " + c.names.scope + "\n";
}

std::string cpp_definitions(const CppClient& c) {
  std::string out;
  for (TypeId id = 0; id < c.schema.types().size(); ++id)
    if (is_named(c.schema.type(id).kind)) out += description(c, id);
  const std::string& name = c.names.client;
  out += "\nnamespace " + c.names.scope + " {\n" + opened(c, true) + opened(c, false);
  out +=
      "\nffi_ipc::Outcome<ffi_ipc::Nothing> " + name +
      "::destroy() {\n  const auto ffi_answer = connection_->exchange(\"destroy\", {}, false);\n"
      "  if (!ffi_answer.ok())\n    return ffi_answer.error();\n  return ffi_ipc::Nothing{};\n}\n";
  for (std::size_t i = 0; i < c.schema.functions().size(); ++i) {
    if (static_cast<int>(i) == c.create) continue;
    out += "\n" + kOutcome + answer(c, i).type + "> " + name + "::" + c.names.methods[i] + "(" +
           params(c, i) + ") {\n  return " + call(c, i, "*connection_") + ";\n}\n";
  }
  return out + "\n} // namespace " + c.names.scope + "\n";
}

}  // namespace fficheck::ipc
