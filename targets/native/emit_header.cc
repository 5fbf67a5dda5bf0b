// P.h: types, constants and functions of a library, for C and C++.
#include "targets/native/emit_parts.h"

namespace fficheck::native_emit {
namespace {

/// One after the other, each with its case index.
std::string enumerators(const Unit& unit, TypeId id) {
  std::string out = "enum {\n";
  const std::vector<std::string>& constants = unit.names.constants[id];
  for (std::size_t i = 0; i < constants.size(); ++i) {
    out += "  " + constants[i] + " = " + std::to_string(i) + ",\n";
  }
  return out + "};\n";
}

std::string flag_macros(const Unit& unit, TypeId id) {
  std::string out;
  const std::vector<std::string>& constants = unit.names.constants[id];
  const TypeLayout& layout = unit.lowering.types[id];
  for (std::size_t i = 0; i < constants.size(); ++i) {
    out += "#define " + constants[i] + " ";
    if (layout.shape == Shape::Struct) {
      out += std::to_string(i) + "\n";  // words[i / 64] >> i % 64
    } else {
      out += "(UINT" + std::to_string(layout.size * 8) + "_C(1) << " + std::to_string(i) + ")\n";
    }
  }
  return out;
}

std::string payload_union(const Unit& unit, TypeId id, const std::string& name) {
  std::string out = "  union {\n";
  const Type& type = unit.schema.type(id);
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    if (!type.parts[i].type) continue;
    out +=
        "    " + declare(unit.names.types[*type.parts[i].type], unit.names.payloads[id][i]) + ";\n";
  }
  return out + "  } " + name + ";\n";
}

std::string struct_of(const Unit& unit, TypeId id) {
  std::string out = "typedef struct {\n";
  const std::vector<Member>& members = unit.lowering.types[id].members;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string& name = unit.names.members[id][i];
    if (members[i].role == MemberRole::Payload) {
      out += payload_union(unit, id, name);
    } else {
      out += "  " + declare_member(unit, members[i], name) + ";\n";
    }
  }
  return out + "} " + unit.names.types[id] + ";\n";
}

std::string scalar_typedef(const Unit& unit, TypeId id) {
  return "typedef uint" + std::to_string(unit.lowering.types[id].size * 8) + "_t " +
         unit.names.types[id] + ";\n";
}

/// The C declaration of a type; empty where C has one already or the dialect has none.
std::string type_declaration(const Unit& unit, TypeId id) {
  switch (unit.schema.type(id).kind) {
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
    case Kind::Own:
    case Kind::Borrow: return {};
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
      return unit.lowering.types[id].shape == Shape::Struct ? struct_of(unit, id) : std::string();
    case Kind::Variant: return enumerators(unit, id) + struct_of(unit, id);
    case Kind::Enum: return scalar_typedef(unit, id) + enumerators(unit, id);
    case Kind::Flags:
      return (unit.lowering.types[id].shape == Shape::Struct ? struct_of(unit, id)
                                                             : scalar_typedef(unit, id)) +
             flag_macros(unit, id);
  }
  return {};
}

std::string type_comment(const Unit& unit, TypeId id) {
  const Type& type = unit.schema.type(id);
  if (!is_named(type.kind)) return "/* " + brief(unit.schema, id) + " */\n";
  std::string out = "/* " + std::string(keyword(type.kind)) + " " + type.name;
  if (type.kind == Kind::Flags && unit.lowering.types[id].shape == Shape::Struct) {
    out += ": flag i is bit i % 64 of words[i / 64]";
  }
  return out + " */\n";
}

std::string functions(const Unit& unit) {
  std::string out;
  const std::string& prefix = unit.names.library.prefix;
  if (unit.create < 0) {
    out += "/* Makes a context. Destroy it with " + prefix + "_destroy. */\n";
    out += "void *" + prefix + "_create(FFICallback callback, void *userData);\n";
  }
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
    const CNames::FunctionNames& names = unit.names.functions[i];
    const std::string params =
        declare_params(unit, unit.lowering.functions[i].params, names.params);
    out += "/* " + signature(unit.schema, unit.schema.functions()[i]) + " */\n";
    if (static_cast<int>(i) == unit.create) {
      out += "void *" + names.symbol + "(" + params + (params.empty() ? "" : ", ") +
             "FFICallback callback, void *userData);\n";
    } else {
      out += "int " + names.symbol + "(void *ctx, FFICallback callback, void *userData" +
             (params.empty() ? "" : ", ") + params + ");\n";
    }
  }
  if (unit.cbor) {
    out +=
        "\n/* The same with CBOR, for callers in another process: the arguments as one map keyed "
        "by "
        "parameter name,\n"
        " * the result as CBOR, except that a string's or an error's bytes are as they are. */\n";
    out += cbor_create_declaration(unit) + ";\n";
    for (std::size_t i = 0; i < unit.schema.functions().size(); ++i)
      if (static_cast<int>(i) != unit.create) out += cbor_declaration(unit, i) + ";\n";
  }
  out += "\n/* Calls that are pending fail; no call is accepted any more. */\n";
  out += "int " + prefix + "_destroy(void *ctx);\n";
  out +=
      "\n/* An empty name: all events. Gives the listener's id, 0 where the context is destroyed. "
      "*/\n";
  out += "uint64_t " + prefix +
         "_add_event_listener(void *ctx, const char *eventName, FFICallback callback, void "
         "*userData);\n";
  out += "/* The listener is not called after this returns. */\n";
  out += "int " + prefix + "_remove_event_listener(void *ctx, uint64_t id);\n";
  out += "int " + prefix +
         "_register_host_fn(void *ctx, const char *name, FFIHostFn fn, void *userData);\n";
  out += "/* Answers a host function's call; what comes late or twice is dropped. */\n";
  out += "int " + prefix +
         "_host_complete(void *ctx, uint64_t callId, int ret, const char *msg, size_t len);\n";
  return out;
}

}  // namespace

std::string emit_types(const Unit& unit) {
  std::string out;
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    if (!unit.used[id]) continue;
    const std::string declaration = type_declaration(unit, id);
    if (!declaration.empty()) out += type_comment(unit, id) + declaration + "\n";
  }
  return out;
}

std::string emit_header(const Unit& unit) {
  const std::string guard = upper(unit.names.library.prefix) + "_H";
  std::string out = preamble(unit, "The C library");
  out += "#ifndef " + guard + "\n#define " + guard + "\n\n";
  out += "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n";
  out += "#include \"ffi_runtime.h\"\n\n";
  out += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  out += emit_types(unit);
  out += functions(unit);
  out += "\n#ifdef __cplusplus\n}\n#endif\n#endif\n";
  return out;
}

}  // namespace fficheck::native_emit
