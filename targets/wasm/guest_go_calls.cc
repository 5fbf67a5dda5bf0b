// Functions: exports with post-return, host functions, and what a product's author writes.
#include "targets/wasm/guest_go_parts.h"

namespace fficheck::guest_go {
namespace {

std::string go_result(const GuestUnit& unit, const Function& f) {
  return f.result ? " " + unit.names().types[*f.result] : "";
}

/// "p0 uint32, p1 uint64"
std::string core_params(const std::vector<CoreType>& types) {
  std::string out;
  for (std::size_t i = 0; i < types.size(); ++i)
    out += cat(i ? ", " : "", "p", i, " ", core_go_type(types[i]));
  return out;
}

bool lends_imported(const GuestUnit& unit, TypeId id) {
  const Type& type = unit.type(id);
  if (type.kind == Kind::Borrow) return unit.schema.resources()[type.resource].imported;
  for (const Part& part : type.parts)
    if (part.type && lends_imported(unit, *part.type)) return true;
  return false;
}

bool has_handles(const GuestUnit& unit, const Function& f) {
  bool any = f.result && unit.layout(*f.result).owns_handles;
  for (const Param& param : f.params) any = any || unit.layout(param.type).owns_handles;
  return any || f.kind == FunctionKind::Constructor;
}

class Exporter {
 public:
  Exporter(const GuestUnit& unit, Code& code, std::size_t index)
      : unit_(unit),
        code_(code),
        index_(index),
        function_(unit.schema.functions()[index]),
        canonical_(unit.canonical.functions[index]) {}

  void run() {
    const std::string id = cat(interface_id(unit_.schema), "#", canonical_.name);
    code_.gap();
    code_.line("//go:wasmexport ", id);
    code_.open(
        "func export", unit_.names().functions[index_].ident, "(", core_params(canonical_.params),
        ")", canonical_.results.empty() ? "" : cat(" ", core_go_type(canonical_.results[0])), " {");
    arguments();
    call();
    for (const Param& param : function_.params)
      if (lends_imported(unit_, param.type)) {
        code_.line("ffirt.GiveBack()");
        break;
      }
    const bool finish = !unit_.product && has_handles(unit_, function_);
    if (function_.result) lower(finish);
    if (!function_.result && finish) code_.line("guest.Finish()");
    if (function_.result) code_.line("return ", answer_);
    code_.close("}");
    if (!canonical_.needs_post_return) return;
    code_.gap();
    code_.line("//go:wasmexport cabi_post_", id);
    code_.open("func post", unit_.names().functions[index_].ident, "(uint32) {");
    code_.line("ffirt.PostReturn()");
    code_.close("}");
  }

 private:
  void arguments() {
    if (function_.params.empty()) return;
    if (canonical_.params_in_memory) {
      code_.line("p := ffirt.Tuple(p0, ", canonical_.params_size, ")");
    } else {
      std::string values = cat("[", canonical_.params.size(), "]uint64{");
      for (std::size_t i = 0; i < canonical_.params.size(); ++i)
        values += (i ? ", " : "") + to_word(canonical_.params[i], cat("p", i));
      code_.line("f := ", values, "}");
    }
    FlatPlace place{"f", 0, true};
    for (std::size_t i = 0; i < function_.params.size(); ++i) {
      const TypeId id = function_.params[i].type;
      code_.line("a", i, " := ",
                 canonical_.params_in_memory
                     ? load(unit_, id, address("p", canonical_.params_offsets[i]))
                     : from_flat(unit_, id, place));
      place = place.behind(unit_.layout(id).flat.size());
    }
    if (canonical_.params_in_memory) code_.line("ffirt.ReleaseTuple(p0)");
  }

  void call() {
    if (!unit_.product) {
      if (function_.result) code_.line("var result ", unit_.names().types[*function_.result]);
      std::string values;
      for (std::size_t i = 0; i < function_.params.size(); ++i) values += cat(", &a", i);
      if (function_.result) values += ", &result";
      code_.line("schema", unit_.names().prefix, ".Provide(", index_, values, ")");
      return;
    }
    const bool method = function_.kind == FunctionKind::Method;
    std::string values;
    for (std::size_t i = method ? 1 : 0; i < function_.params.size(); ++i)
      values += cat(values.empty() ? "" : ", ", "a", i);
    code_.line(function_.result ? "result := " : "", method ? "a0.Impl()" : "exports", ".",
               unit_.names().functions[index_].handler, "(", values, ")");
  }

  void lower(bool finish) {
    const TypeId id = *function_.result;
    const bool memory = canonical_.needs_post_return;
    if (canonical_.result_in_memory) {
      code_.line("clear(", unit_.area(), "[:", (unit_.layout(id).size + 7) / 8, "])");
      code_.line("p", function_.params.empty() || !canonical_.params_in_memory ? " := " : " = ",
                 "unsafe.Pointer(&", unit_.area(), ")");
      store(unit_, code_, id, memory ? "ffirt.Results()" : "nil", "p", "result");
      answer_ = "ffirt.Address(p)";
    } else {
      code_.line("var r [1]uint64");
      to_flat(unit_, code_, id, "nil", {"r", 0, true}, "result");
      answer_ = from_word(canonical_.results[0], "r[0]");
    }
    if (finish) code_.line("guest.Finish()");
  }

  const GuestUnit& unit_;
  Code& code_;
  std::size_t index_;
  const Function& function_;
  const CanonicalFunction& canonical_;
  std::string answer_;
};

class Caller {
 public:
  Caller(const GuestUnit& unit, Code& code, std::size_t index)
      : unit_(unit),
        code_(code),
        function_(unit.schema.imports()[index]),
        names_(unit.names().imports[index]),
        canonical_(unit.canonical.imports[index]) {}

  void run() {
    const std::string core_result = canonical_.result_in_memory || canonical_.results.empty()
                                        ? ""
                                        : cat(" ", core_go_type(canonical_.results[0]));
    code_.gap();
    code_.line("//go:wasmimport ", host_interface_id(unit_.schema), " ", canonical_.name);
    code_.line("func ", names_.args, "(", core_params(canonical_.import_params()), ")",
               core_result);
    code_.gap();
    code_.line("// ", names_.method, " calls the host's ", canonical_.name, ".");
    code_.open(head(), " {");
    const std::string memory = begin();
    const std::string values = arguments(memory);
    const std::string core_call = cat(names_.args, "(", values, ")");
    if (!function_.result) {
      code_.line(core_call);
    } else if (canonical_.result_in_memory) {
      code_.line(core_call);
      code_.line("return ", load(unit_, *function_.result, "raw"));
    } else {
      code_.line("raw := [1]uint64{", to_word(canonical_.results[0], core_call), "}");
      code_.line("return ", from_flat(unit_, *function_.result, {"raw", 0, true}));
    }
    code_.close("}");
  }

 private:
  [[nodiscard]] std::string head() const {
    const bool method = function_.kind == FunctionKind::Method;
    std::string params;
    for (std::size_t i = method ? 1 : 0; i < function_.params.size(); ++i)
      params += cat(params.empty() ? "" : ", ", names_.params[i], " ",
                    unit_.names().types[function_.params[i].type]);
    const std::string self = method ? cat("(", names_.params[0], " ",
                                          unit_.names().resources[function_.resource].type, ") ")
                                    : "";
    return cat("func ", self, names_.method, "(", params, ")", go_result(unit_, function_));
  }

  /// Declares the memory that the call lowers into, where it needs any.
  std::string begin() {
    bool needed = canonical_.params_in_memory || canonical_.result_in_memory;
    for (const Param& param : function_.params)
      needed = needed || unit_.layout(param.type).owns_memory;
    if (!needed) return "nil";
    code_.line("var call ffirt.Memory");
    code_.line("defer call.Free()");
    return "&call";
  }

  std::string arguments(const std::string& memory) {
    std::string values;
    const auto add = [&values](const std::string& value) {
      values += (values.empty() ? "" : ", ") + value;
    };
    if (canonical_.params_in_memory) {
      code_.line("args := call.Alloc(", canonical_.params_size, ", ", canonical_.params_align, ")");
      for (std::size_t i = 0; i < function_.params.size(); ++i)
        store(unit_, code_, function_.params[i].type, memory,
              address("args", canonical_.params_offsets[i]), names_.params[i]);
      add("ffirt.Address(args)");
    } else if (!canonical_.params.empty()) {
      code_.line("var args [", canonical_.params.size(), "]uint64");
      FlatPlace place{"args", 0, true};
      for (std::size_t i = 0; i < function_.params.size(); ++i) {
        to_flat(unit_, code_, function_.params[i].type, memory, place, names_.params[i]);
        place = place.behind(unit_.layout(function_.params[i].type).flat.size());
      }
      for (std::size_t i = 0; i < canonical_.params.size(); ++i)
        add(from_word(canonical_.params[i], cat("args[", i, "]")));
    }
    if (canonical_.result_in_memory) {
      const CanonicalType& result = unit_.layout(*function_.result);
      code_.line("raw := call.Alloc(", result.size, ", ", result.align, ")");
      add("ffirt.Address(raw)");
    }
    return values;
  }

  const GuestUnit& unit_;
  Code& code_;
  const Function& function_;
  const go::GoNames::FunctionNames& names_;
  const CanonicalFunction& canonical_;
};

}  // namespace

std::string_view core_go_type(CoreType type) {
  switch (type) {
    case CoreType::I32: return "uint32";
    case CoreType::I64: return "uint64";
    case CoreType::F32: return "float32";
    case CoreType::F64: return "float64";
  }
  return "";
}

std::string to_word(CoreType type, const std::string& value) {
  switch (type) {
    case CoreType::I32: return cat("uint64(", value, ")");
    case CoreType::I64: return value;
    case CoreType::F32: return cat("ffirt.Bits32(", value, ")");
    case CoreType::F64: return cat("ffirt.Bits64(", value, ")");
  }
  return "";
}

std::string from_word(CoreType type, const std::string& word) {
  switch (type) {
    case CoreType::I32: return cat("uint32(", word, ")");
    case CoreType::I64: return word;
    case CoreType::F32: return cat("ffirt.Float32(", word, ")");
    case CoreType::F64: return cat("ffirt.Float64(", word, ")");
  }
  return "";
}

void emit_host_functions(const GuestUnit& unit, Code& code) {
  for (std::size_t i = 0; i < unit.schema.imports().size(); ++i) Caller(unit, code, i).run();
}

void emit_exports(const GuestUnit& unit, Code& code) {
  std::uint32_t words = 0;
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i)
    if (unit.canonical.functions[i].result_in_memory)
      words = std::max(words, (unit.layout(*unit.schema.functions()[i].result).size + 7) / 8);
  if (words != 0) {
    code.gap();
    code.line("// ", unit.area(), " is where a result lies until the host has read it.");
    code.line("var ", unit.area(), " [", words, "]uint64");
  }
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) Exporter(unit, code, i).run();
}

void emit_handlers(const GuestUnit& unit, Code& code) {
  const auto row = [&](std::size_t index) {
    const Function& f = unit.schema.functions()[index];
    const go::GoNames::FunctionNames& names = unit.names().functions[index];
    std::string params;
    for (std::size_t i = f.kind == FunctionKind::Method ? 1 : 0; i < f.params.size(); ++i)
      params += cat(params.empty() ? "" : ", ", names.params[i], " ",
                    unit.names().types[f.params[i].type]);
    code.line(names.handler, "(", params, ")", go_result(unit, f));
  };
  code.gap();
  code.line(
      "// Exports is what the guest implements. Owned resources among the arguments are its own,");
  code.line("// to drop or to hand on; borrowed ones are the caller's again when the call ends.");
  code.open("type Exports interface {");
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i)
    if (unit.schema.functions()[i].kind != FunctionKind::Method) row(i);
  code.close("}");
  for (ResourceId r = 0; r < unit.schema.resources().size(); ++r) {
    if (unit.schema.resources()[r].imported) continue;
    const go::GoNames::ResourceNames& names = unit.names().resources[r];
    code.gap();
    code.line("// ", names.impl, " implements a ", unit.schema.resources()[r].name, ".");
    code.open("type ", names.impl, " interface {");
    for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
      const Function& f = unit.schema.functions()[i];
      if (f.kind == FunctionKind::Method && f.resource == r) row(i);
    }
    code.line("// Drop runs when nobody owns the resource any more.");
    code.line("Drop()");
    code.close("}");
    code.gap();
    code.line("// ", names.make, " makes a resource of what implements it.");
    code.open("func ", names.make, "(impl ", names.impl, ") ", names.type, " {");
    code.line("return ", names.type, "{ffirt.NewResource(&", names.handles, ", impl)}");
    code.close("}");
    code.gap();
    code.line("// Impl is what implements the resource.");
    code.open("func (r ", names.type, ") Impl() ", names.impl, " {");
    code.line("return r.Value().(", names.impl, ")");
    code.close("}");
  }
  code.gap();
  code.line("var exports Exports");
  code.gap();
  code.line("// Export sets what the guest implements. Call it in an init function.");
  code.line("func Export(e Exports) { exports = e }");
}

}  // namespace fficheck::guest_go
