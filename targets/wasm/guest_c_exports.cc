// Wrappers of exported functions: lift, call, hand the result over; and post-return.
#include "targets/wasm/guest_c_parts.h"

namespace fficheck::guest_c {
namespace {

std::string result_name(std::size_t i) { return "r" + std::to_string(i); }

/// The one place where results wait until the caller has lifted them.
std::string return_area(const GuestUnit& unit) {
  std::string members;
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
    if (!unit.canonical.functions[i].result_in_memory) continue;
    members +=
        "  " +
        native_emit::declare(unit.names.types[*unit.schema.functions()[i].result], result_name(i)) +
        ";\n";
  }
  if (members.empty()) return {};
  return "\n/* Results wait here until the caller has lifted them. */\nstatic union {\n" + members +
         "} " + unit.prefix() + "_ReturnArea;\n";
}

void lift_arguments(const GuestUnit& unit, std::size_t i, Code& code) {
  const Function& function = unit.schema.functions()[i];
  const CanonicalFunction& f = unit.canonical.functions[i];
  if (function.params.empty()) return;
  code.line(unit.internal("A", i) + " args;");
  if (f.params_in_memory) {
    code.line("memcpy(&args, ffi_guest_at(p0), sizeof args);");
    code.line("ffi_guest_free(ffi_guest_at(p0));");
    return;
  }
  code.line("memset(&args, 0, sizeof args);");
  const std::vector<FlatValue> flats = flat_values(f.params, "p");
  std::size_t at = 0;
  for (std::size_t p = 0; p < function.params.size(); ++p) {
    const TypeId type = function.params[p].type;
    const std::size_t count = unit.canonical.types[type].flat.size();
    emit_lift(unit, type, "args." + unit.names.functions[i].params[p],
              std::span(flats).subspan(at, count), code);
    at += count;
  }
}

/// Whether the parameter arrives as what implements the resource.
bool is_rep(const GuestUnit& unit, TypeId type) {
  const Type& t = unit.schema.type(type);
  return t.kind == Kind::Borrow && !unit.schema.resources()[t.resource].imported;
}

std::string handler_call(const GuestUnit& unit, std::size_t i) {
  const Function& function = unit.schema.functions()[i];
  std::string out = unit.names.functions[i].handler + "(";
  for (std::size_t p = 0; p < function.params.size(); ++p) {
    const std::string place = "args." + unit.names.functions[i].params[p];
    const TypeId type = function.params[p].type;
    out += p ? ", " : "";
    if (is_rep(unit, type)) {
      out += "ffi_guest_at(" + place + ")";
    } else {
      out += (unit.frees[type] ? "&" : "") + place;
    }
  }
  return out + ");";
}

/// Calls the callee. The result is then in the lvalue `result`, zeroed before.
void call(const GuestUnit& unit, std::size_t i, const std::string& result, Code& code) {
  const Function& function = unit.schema.functions()[i];
  if (unit.product) {
    code.line((function.result ? result + " = " : "") + handler_call(unit, i));
    return;
  }
  if (function.result) code.line("memset(&" + result + ", 0, sizeof " + result + ");");
  code.line("ffi_guest_provide(&" + unit.prefix() + "_Functions[" + std::to_string(i) + "], " +
            (function.params.empty() ? "NULL" : "&args") + ", " +
            (function.result ? "&" + result : std::string("NULL")) + ");");
}

std::string wrapper(const GuestUnit& unit, std::size_t i) {
  const Function& function = unit.schema.functions()[i];
  const CanonicalFunction& f = unit.canonical.functions[i];
  Code code(1);
  lift_arguments(unit, i, code);
  const bool in_memory = f.result_in_memory;
  const std::string result =
      in_memory ? unit.prefix() + "_ReturnArea." + result_name(i) : std::string("result");
  if (function.result && !in_memory)
    code.line(native_emit::declare(unit.names.types[*function.result], "result") + ";");
  call(unit, i, result, code);
  for (std::size_t p = 0; p < function.params.size(); ++p) {
    emit_free(unit, function.params[p].type, "args." + unit.names.functions[i].params[p], "true",
              code);
  }
  if (in_memory) {
    code.line("return ffi_guest_address(&" + result + ");");
  } else if (function.result) {
    const FlatValue flat{"flat", f.results[0]};
    code.line(std::string(core_c_type(flat.type)) + " flat;");
    emit_lower(unit, *function.result, "result", {&flat, 1}, code);
    code.line("return flat;");
  }
  const std::string type(f.results.empty() ? "void" : core_c_type(f.results[0]));
  return "\n__attribute__((export_name(\"" + interface_id(unit.schema) + "#" + f.name + "\"))) " +
         type + " " + unit.internal("Export", i) + "(" + core_parameters(f.params, "p") + ") {\n" +
         std::move(code).take() + "}\n";
}

std::string post_return(const GuestUnit& unit, std::size_t i) {
  const CanonicalFunction& f = unit.canonical.functions[i];
  if (!f.needs_post_return) return {};
  const TypeId type = *unit.schema.functions()[i].result;
  Code code(1);
  if (!unit.product) code.line("ffi_guest_post_return();");
  code.line(unit.names.types[type] + " *result = ffi_guest_at(p0);");
  emit_free(unit, type, "*result", "false", code);
  return "\n__attribute__((export_name(\"cabi_post_" + interface_id(unit.schema) + "#" + f.name +
         "\"))) void " + unit.internal("Post", i) + "(" + core_parameters(f.results, "p") +
         ") {\n" + std::move(code).take() + "}\n";
}

std::string_view role_macro(Role role) {
  switch (role) {
    case Role::Consume: return "FFI_ROLE_CONSUME";
    case Role::Produce: return "FFI_ROLE_PRODUCE";
    case Role::Echo: return "FFI_ROLE_ECHO";
    case Role::Call: return "FFI_ROLE_CALL";
  }
  return "?";
}

/// As expected_result (harness/core/witness.h) decides.
bool is_create(const Schema& schema, const Function& function) {
  if (function.name != "create" || !function.result) return false;
  const Type& result = schema.type(*function.result);
  return result.kind == Kind::Result && !result.parts[0].type;
}

}  // namespace

std::string handler_declaration(const GuestUnit& unit, std::size_t i) {
  const Function& function = unit.schema.functions()[i];
  const CNames::FunctionNames& names = unit.names.functions[i];
  std::string params;
  for (std::size_t p = 0; p < function.params.size(); ++p) {
    const TypeId type = function.params[p].type;
    const std::string& c_type = unit.names.types[type];
    params += p ? ", " : "";
    if (is_rep(unit, type)) {
      params += native_emit::declare("void *", names.params[p]);
    } else {
      params += native_emit::declare(unit.frees[type] ? c_type + " *" : c_type, names.params[p]);
    }
  }
  return native_emit::declare(
             function.result ? unit.names.types[*function.result] : std::string("void"),
             names.handler) +
         "(" + (params.empty() ? "void" : params) + ")";
}

std::string function_row(const GuestUnit& unit, const Function& function, std::string_view kind,
                         std::size_t index, const std::string& thunks) {
  std::string role(role_macro(unit.schema.role(function)));
  if (is_create(unit.schema, function)) role = "FFI_ROLE_CREATE";
  if (function.kind == FunctionKind::Constructor) role = "FFI_ROLE_CONSTRUCT";
  return "    {" +
         (function.params.empty() ? "NULL" : "&" + unit.internal(std::string(kind) + "T", index)) +
         ", " + native_emit::reference(unit, function.result) + ", " + role + ", " + thunks +
         "},\n";
}

std::string emit_export_table(const GuestUnit& unit) {
  std::string out;
  std::string rows;
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
    out += native_emit::emit_argument_descriptor(unit, "A", i);
    rows += function_row(unit, unit.schema.functions()[i], "A", i, "NULL, NULL");
  }
  if (rows.empty()) return {};
  return "\n" + out + "static const FFIGuestFunction " + unit.prefix() + "_Functions[] = {\n" +
         rows + "};\n";
}

std::string emit_exports(const GuestUnit& unit) {
  std::string out = return_area(unit);
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i)
    out += wrapper(unit, i) + post_return(unit, i);
  return out;
}

}  // namespace fficheck::guest_c
