// What hand-written handlers implement and call: P_handlers.h, and its half of P.c.
#include "targets/native/emit_parts.h"

namespace fficheck::native_emit {
namespace {

std::string handler_declaration(const Unit& unit, std::size_t i) {
  const CNames::FunctionNames& names = unit.names.functions[i];
  const std::string params = declare_params(unit, unit.lowering.functions[i].params, names.params);
  return "void " + names.handler + "(FFICall *call" + (params.empty() ? "" : ", ") + params + ")";
}

std::string reply_declaration(const Unit& unit, std::size_t i) {
  const std::optional<TypeId> ok = unit.lowering.functions[i].ok;
  return "void " + unit.names.functions[i].reply + "(FFICall *call" +
         (ok ? ", " + declare(unit.names.types[*ok], "result") : std::string()) + ")";
}

std::string import_declaration(const Unit& unit, std::size_t i) {
  const CNames::FunctionNames& names = unit.names.imports[i];
  const std::string params = declare_params(unit, unit.lowering.imports[i].params, names.params);
  return "int " + names.symbol + "(void *ctx" + (params.empty() ? "" : ", ") + params +
         (is_event(unit.schema, unit.schema.imports()[i])
              ? ""
              : ", FFIHostDone ffi_done, void *ffi_arg") +
         ")";
}

std::string plain_create(const Unit& unit, std::string_view what) {
  return "void " + unit.names.library.prefix + "_" + std::string(what) + "_create(FFICall *call)";
}

/// A handler behind the one signature that the runtime calls.
std::string runner(const Unit& unit, std::size_t i, const std::string& name) {
  const CNames::FunctionNames& names = unit.names.functions[i];
  std::string out = "\nstatic void " + name + "(FFICall *call, const void *args) {\n";
  if (names.params.empty()) {
    out += "  (void)args;\n  " + names.handler + "(call);\n}\n";
    return out;
  }
  out += "  const " + unit.internal("A", i) + " *a = args;\n  " + names.handler + "(call";
  for (const std::string& param : names.params) out += ", a->" + param;
  return out + ");\n}\n";
}

}  // namespace

std::string emit_handlers_header(const Unit& unit) {
  const std::string& prefix = unit.names.library.prefix;
  const std::string guard = upper(prefix) + "_HANDLERS_H";
  std::string out = preamble(unit, "The handlers to write");
  out += "#ifndef " + guard + "\n#define " + guard + "\n\n#include \"" + prefix + ".h\"\n\n";
  out += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  out +=
      "/* Handlers run on the context's own thread and must not block. Each answers its call "
      "exactly\n"
      " * once, at once or later, with the reply function below or with ffi_call_fail. */\n\n";
  out += "/* Constructs the context's state: ffi_call_set_state. */\n";
  if (unit.create < 0) {
    out += plain_create(unit, "on") + ";\n" + plain_create(unit, "reply") + ";\n";
  } else {
    const auto i = static_cast<std::size_t>(unit.create);
    out += handler_declaration(unit, i) + ";\n" + reply_declaration(unit, i) + ";\n";
  }
  out += "\n/* Frees the context's state, which is NULL where none was set. */\n";
  out += "void " + prefix + "_on_destroy(void *state);\n";
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
    if (static_cast<int>(i) == unit.create) continue;
    out += "\n/* " + signature(unit.schema, unit.schema.functions()[i]) + " */\n";
    out += handler_declaration(unit, i) + ";\n" + reply_declaration(unit, i) + ";\n";
  }
  for (std::size_t i = 0; i < unit.schema.imports().size(); ++i) {
    const Function& import = unit.schema.imports()[i];
    out += is_event(unit.schema, import) ? "\n/* Tells the listeners, from any thread: "
                                         : "\n/* Asks the host, from any thread: ";
    out += signature(unit.schema, import) + " */\n" + import_declaration(unit, i) + ";\n";
  }
  return out + "\n#ifdef __cplusplus\n}\n#endif\n#endif\n";
}

std::string emit_dispatch(const Unit& unit) {
  const std::string& prefix = unit.names.library.prefix;
  std::string out;
  std::string rows;
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
    const std::string name =
        static_cast<int>(i) == unit.create ? prefix + "_RunCreate" : unit.internal("Run", i);
    out += runner(unit, i, name);
    rows += "    " + name + ",\n";
  }
  if (unit.create < 0) {
    out += "\nstatic void " + prefix + "_RunCreate(FFICall *call, const void *args) {\n" +
           "  (void)args;\n  " + prefix + "_on_create(call);\n}\n";
  }
  out += "\n";
  if (!rows.empty()) {
    out += "static const FFIHandler " + prefix + "_Handlers[] = {\n" + rows + "};\n";
  }
  return out;
}

std::string emit_handler_services(const Unit& unit) {
  const std::string library = "&" + unit.names.library.prefix + "_Library";
  std::string out;
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
    out += "\n" + reply_declaration(unit, i) + " {\n  ffi_rt_reply(call, " +
           (unit.lowering.functions[i].ok ? "&result" : "NULL") + ");\n}\n";
  }
  if (unit.create < 0) {
    out += "\n" + plain_create(unit, "reply") + " {\n  ffi_rt_reply(call, NULL);\n}\n";
  }
  for (std::size_t i = 0; i < unit.schema.imports().size(); ++i) {
    const CNames::FunctionNames& names = unit.names.imports[i];
    out += "\n" + import_declaration(unit, i) + " {\n";
    if (!names.params.empty()) {
      out += "  const " + unit.internal("I", i) + " ffi_args = {";
      for (std::size_t p = 0; p < names.params.size(); ++p)
        out += (p ? ", " : "") + names.params[p];
      out += "};\n";
    }
    const bool event = is_event(unit.schema, unit.schema.imports()[i]);
    out += std::string("  return ") + (event ? "ffi_rt_fire(" : "ffi_rt_host_call(") + library +
           ", ctx, " + std::to_string(i) + ", " + (names.params.empty() ? "NULL" : "&ffi_args") +
           (event ? "" : ", ffi_done, ffi_arg") + ");\n}\n";
  }
  return out;
}

}  // namespace fficheck::native_emit
