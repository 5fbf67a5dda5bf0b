// P.c: descriptors, and entry points that hand over to the runtime.
#include "harness/core/listed.h"
#include "targets/native/emit_parts.h"

namespace fficheck::native_emit {
namespace {

std::string provider(const Unit& unit, const Function& function) {
  if (has_plan(unit.schema, function)) return "ffi_provide_task";
  if (function.name == "create") return "ffi_provide_create";
  switch (unit.schema.role(function)) {
    case Role::Consume: return "ffi_provide_consume";
    case Role::Produce: return "ffi_provide_produce";
    case Role::Echo: return "ffi_provide_echo";
    case Role::Call: return "ffi_provide_call";
  }
  return "?";
}

std::string library(const Unit& unit, bool product) {
  const std::string& prefix = unit.names.library.prefix;
  const bool functions = !unit.schema.functions().empty();
  std::string out;
  if (!product && functions) out += "extern const FFIHandler " + prefix + "_Handlers[];\n";
  out += "static const FFILibrary " + prefix + "_Library = {\n";
  out += functions ? "    " + prefix + "_Functions,\n    " + prefix + "_Handlers,\n"
                   : "    NULL,\n    NULL,\n";
  out += unit.schema.imports().empty() ? "    NULL,\n" : "    " + prefix + "_Imports,\n";
  out += "    " + std::to_string(unit.schema.imports().size()) + ",\n";
  out += unit.abi == Abi::Nim ? "    1,\n" : "    0,\n";
  out += unit.create < 0 ? "    NULL,\n"
                         : "    &" + prefix + "_Functions[" + std::to_string(unit.create) + "],\n";
  if (product) {
    out += "    " + prefix + "_RunCreate,\n    " + prefix + "_on_destroy,\n";
  } else {
    out +=
        unit.create < 0
            ? "    NULL,\n"
            : "    " +
                  provider(unit, unit.schema.functions()[static_cast<std::size_t>(unit.create)]) +
                  ",\n";
    out += "    NULL,\n";
  }
  return out + "};\n";
}

std::string cbor_create(const Unit& unit) {
  if (!unit.cbor) return {};
  return "\n" + cbor_create_declaration(unit) + " {\n  return ffi_rt_create_cbor(&" +
         unit.names.library.prefix + "_Library, cbor, len, callback, userData);\n}\n";
}

std::string cbor_entry_point(const Unit& unit, std::size_t i) {
  if (!unit.cbor) return {};
  return "\n" + cbor_declaration(unit, i) + " {\n  return ffi_rt_call_cbor(&" +
         unit.names.library.prefix + "_Library, " + std::to_string(i) +
         ", ctx, cbor, len, callback, userData);\n}\n";
}

std::string entry_point(const Unit& unit, std::size_t i) {
  const CNames::FunctionNames& names = unit.names.functions[i];
  const std::string params = declare_params(unit, unit.lowering.functions[i].params, names.params);
  const std::string library = "&" + unit.names.library.prefix + "_Library";
  const std::string args = params.empty() ? "NULL" : "&ffi_args";
  std::string pack;
  if (!params.empty()) {
    pack = "  const " + unit.internal("A", i) + " ffi_args = {" + listed(names.params) + "};\n";
  }
  if (static_cast<int>(i) == unit.create) {
    return cbor_create(unit) + "\nvoid *" + names.symbol + "(" + params +
           (params.empty() ? "" : ", ") + "FFICallback callback, void *userData) {\n" + pack +
           "  return ffi_rt_create(" + library + ", " + args + ", callback, userData);\n}\n";
  }
  return cbor_entry_point(unit, i) + "\nint " + names.symbol +
         "(void *ctx, FFICallback callback, void *userData" + (params.empty() ? "" : ", ") +
         params + ") {\n" + pack + "  return ffi_rt_call(" + library + ", " + std::to_string(i) +
         ", ctx, " + args + ", callback, userData);\n}\n";
}

std::string fixed_entry_points(const Unit& unit) {
  const std::string& prefix = unit.names.library.prefix;
  const std::string library = "(&" + prefix + "_Library, ";
  std::string out;
  if (unit.create < 0) {
    out += cbor_create(unit) + "\nvoid *" + prefix +
           "_create(FFICallback callback, void *userData) {\n" + "  return ffi_rt_create" +
           library + "NULL, callback, userData);\n}\n";
  }
  out +=
      "\nint " + prefix + "_destroy(void *ctx) {\n  return ffi_rt_destroy" + library + "ctx);\n}\n";
  out += "\nuint64_t " + prefix +
         "_add_event_listener(void *ctx, const char *eventName, FFICallback callback, void "
         "*userData) {\n  return ffi_rt_add_event_listener" +
         library + "ctx, eventName, callback, userData);\n}\n";
  out += "\nint " + prefix +
         "_remove_event_listener(void *ctx, uint64_t id) {\n  return "
         "ffi_rt_remove_event_listener" +
         library + "ctx, id);\n}\n";
  out += "\nint " + prefix +
         "_register_host_fn(void *ctx, const char *name, FFIHostFn fn, void *userData) {\n  return "
         "ffi_rt_register_host_fn" +
         library + "ctx, name, fn, userData);\n}\n";
  out += "\nint " + prefix +
         "_host_complete(void *ctx, uint64_t callId, int ret, const char *msg, size_t len) {\n  "
         "return ffi_rt_host_complete" +
         library + "ctx, callId, ret, msg, len);\n}\n";
  return out;
}

}  // namespace

std::string emit_source(const Unit& unit, bool product) {
  const std::string& prefix = unit.names.library.prefix;
  std::string out = preamble(unit, "Entry points");
  out += "#include \"" + prefix + (product ? "_handlers.h\"\n\n" : ".h\"\n\n");
  out += "#include \"ffi_library.h\"\n\n";
  out += emit_descriptors(unit);
  if (product) out += emit_dispatch(unit);
  out += library(unit, product);
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) out += entry_point(unit, i);
  out += fixed_entry_points(unit);
  if (product) out += emit_handler_services(unit);
  return out;
}

std::string emit_provider(const Unit& unit) {
  std::string out = preamble(unit, "The test callee");
  out += "#include \"ffi_library.h\"\n";
  if (unit.schema.functions().empty()) return out;
  const std::string& prefix = unit.names.library.prefix;
  out += "\nextern const FFIHandler " + prefix + "_Handlers[];\n";
  out += "const FFIHandler " + prefix + "_Handlers[] = {\n";
  for (const Function& function : unit.schema.functions()) {
    out += "    " + provider(unit, function) + ",\n";
  }
  return out + "};\n";
}

}  // namespace fficheck::native_emit
