// Wrappers of imported functions: lower, call, lift. Lists and strings cross where they are: C's
// memory has the canonical ABI's layout.
#include "harness/core/listed.h"
#include "targets/wasm/guest_c_parts.h"

namespace fficheck::guest_c {
namespace {

std::string result_type(const GuestUnit& unit, const Function& function) {
  return function.result ? unit.names.types[*function.result] : std::string("void");
}

std::string declaration(const GuestUnit& unit, std::size_t i) {
  const CNames::FunctionNames& names = unit.names.imports[i];
  const std::string params =
      native_emit::declare_params(unit, unit.lowering.imports[i].params, names.params);
  return native_emit::declare(result_type(unit, unit.schema.imports()[i]), names.symbol) + "(" +
         (params.empty() ? "void" : params) + ")";
}

std::string core_import(const GuestUnit& unit, std::size_t i) {
  const CanonicalFunction& f = unit.canonical.imports[i];
  const bool direct = !f.result_in_memory && !f.results.empty();
  return "__attribute__((import_module(\"" + host_interface_id(unit.schema) +
         "\"), import_name(\"" + f.name + "\"))) extern " +
         std::string(direct ? core_c_type(f.results[0]) : "void") + " " +
         unit.internal("Import", i) + "(" + core_parameters(f.import_params(), "p") + ");\n";
}

/// Lowers the arguments; answers the core arguments.
std::vector<std::string> lower_arguments(const GuestUnit& unit, std::size_t i, Code& code) {
  const Function& function = unit.schema.imports()[i];
  const CanonicalFunction& f = unit.canonical.imports[i];
  const std::vector<std::string>& names = unit.names.imports[i].params;
  if (f.params_in_memory) {
    code.line("const " + unit.internal("I", i) + " ffi_args = {" + listed(names) + "};");
    return {"ffi_guest_address(&ffi_args)"};
  }
  const std::vector<FlatValue> flats = flat_values(f.params, "ffi_p");
  std::vector<std::string> out;
  for (const FlatValue& flat : flats) {
    code.line(std::string(core_c_type(flat.type)) + " " + flat.name + " = 0;");
    out.push_back(flat.name);
  }
  std::size_t at = 0;
  for (std::size_t p = 0; p < function.params.size(); ++p) {
    const TypeId type = function.params[p].type;
    const std::size_t count = unit.canonical.types[type].flat.size();
    emit_lower(unit, type, names[p], std::span(flats).subspan(at, count), code);
    at += count;
  }
  return out;
}

std::string definition(const GuestUnit& unit, std::size_t i) {
  const Function& function = unit.schema.imports()[i];
  const CanonicalFunction& f = unit.canonical.imports[i];
  Code code(1);
  std::vector<std::string> arguments = lower_arguments(unit, i, code);
  const std::string callee = unit.internal("Import", i);
  if (!function.result) {
    code.line(callee + "(" + listed(arguments) + ");");
  } else {
    code.line(native_emit::declare(result_type(unit, function), "ffi_result") + ";");
    const KindClass klass = class_of(unit.schema.type(*function.result).kind);
    if (klass == KindClass::Choice || klass == KindClass::Sequence || f.result_in_memory)
      code.line("memset(&ffi_result, 0, sizeof ffi_result);");
    if (f.result_in_memory) {
      arguments.emplace_back("ffi_guest_address(&ffi_result)");
      code.line(callee + "(" + listed(arguments) + ");");
    } else {
      const FlatValue flat{"ffi_r", f.results[0]};
      code.line("const " + std::string(core_c_type(flat.type)) + " ffi_r = " + callee + "(" +
                listed(arguments) + ");");
      emit_lift(unit, *function.result, "ffi_result", {&flat, 1}, code);
    }
    code.line("return ffi_result;");
  }
  return "\n" + core_import(unit, i) + "\n" + declaration(unit, i) + " {\n" +
         std::move(code).take() + "}\n";
}

/// Behind the one signature that the runtime calls.
std::string thunks(const GuestUnit& unit, std::size_t i) {
  const Function& function = unit.schema.imports()[i];
  const CNames::FunctionNames& names = unit.names.imports[i];
  Code code(1);
  std::string arguments;
  if (function.params.empty()) {
    code.line("(void)args;");
  } else {
    code.line("const " + unit.internal("I", i) + " *a = args;");
  }
  for (const std::string& param : names.params)
    arguments += (arguments.empty() ? "a->" : ", a->") + param;
  const std::string call = names.symbol + "(" + arguments + ");";
  if (function.result) {
    code.line(native_emit::declare(result_type(unit, function), "*r") + " = result;");
    code.line("*r = " + call);
  } else {
    code.line("(void)result;");
    code.line(call);
  }
  std::string out = "\nstatic void " + unit.internal("Call", i) +
                    "(const void *args, void *result) {\n" + std::move(code).take() + "}\n";
  if (!function.result || !unit.frees[*function.result]) return out;
  Code free(1);
  free.line(native_emit::declare(result_type(unit, function), "*r") + " = result;");
  emit_free(unit, *function.result, "*r", "true", free);
  return out + "\nstatic void " + unit.internal("FreeResult", i) + "(void *result) {\n" +
         std::move(free).take() + "}\n";
}

}  // namespace

std::string emit_import_declarations(const GuestUnit& unit) {
  std::string out;
  for (std::size_t i = 0; i < unit.schema.imports().size(); ++i) {
    out += "/* " + native_emit::signature(unit.schema, unit.schema.imports()[i]) + " */\n" +
           declaration(unit, i) + ";\n";
  }
  if (out.empty()) return out;
  return "/* Functions of the host. Arguments stay the caller's, but for owned handles; results "
         "are the caller's to free. */\n\n" +
         out + "\n";
}

std::string emit_import_functions(const GuestUnit& unit) {
  std::string out;
  for (std::size_t i = 0; i < unit.schema.imports().size(); ++i) {
    if (!unit.product || unit.canonical.imports[i].params_in_memory) {
      const std::string args = native_emit::emit_argument_struct(unit, "I", i);
      if (!args.empty()) out += "\n" + args;
    }
    out += definition(unit, i);
  }
  return out;
}

std::string emit_import_table(const GuestUnit& unit) {
  std::string out;
  std::string rows;
  for (std::size_t i = 0; i < unit.schema.imports().size(); ++i) {
    const Function& function = unit.schema.imports()[i];
    out += thunks(unit, i);
    const std::string descriptor = native_emit::emit_argument_descriptor(unit, "I", i);
    if (!descriptor.empty()) out += "\n" + descriptor;
    const bool frees = function.result && unit.frees[*function.result];
    rows += function_row(unit, function, "I", i,
                         unit.internal("Call", i) + ", " +
                             (frees ? unit.internal("FreeResult", i) : std::string("NULL")));
  }
  if (rows.empty()) return out;
  return out + "\nconst FFIGuestFunction " + unit.prefix() + "_HostFunctions[] = {\n" + rows +
         "};\n";
}

}  // namespace fficheck::guest_c
