#include "targets/wasm/guest_go.h"

#include <algorithm>
#include <map>

#include "harness/core/text.h"
#include "targets/native/emit.h"
#include "targets/wasm/guest_go_parts.h"

namespace fficheck {

std::map<std::string, std::string> go_runtime_files();        // embedded: targets/go/CMakeLists.txt
std::map<std::string, std::string> guest_go_runtime_files();  // embedded: CMakeLists.txt

namespace guest_go {
namespace {

/// Marks the types that cross in one way; what lies in lists crosses in memory.
class Marker {
 public:
  Marker(const Schema& schema, std::vector<bool>& memory, std::vector<bool>& flat)
      : schema_(schema), memory_(memory), flat_(flat) {}

  void mark(TypeId id, bool in_memory) {
    std::vector<bool>& marks = in_memory ? memory_ : flat_;
    if (marks[id]) return;
    marks[id] = true;
    const Type& type = schema_.type(id);
    for (const Part& part : type.parts)
      if (part.type) mark(*part.type, in_memory || type.kind == Kind::List);
  }

 private:
  const Schema& schema_;
  std::vector<bool>& memory_;
  std::vector<bool>& flat_;
};

}  // namespace

GuestUnit::GuestUnit(const Schema& s, const std::string& prefix, bool with_handlers)
    : schema(s),
      package(s, Abi::Canonical, prefix),
      canonical(lower_canonical(s)),
      product(with_handlers),
      loads(s.types().size()),
      flats(s.types().size()),
      stores(s.types().size()),
      spreads(s.types().size()) {
  Marker in(s, loads, flats);
  Marker out(s, stores, spreads);
  for (std::size_t i = 0; i < s.functions().size(); ++i) {
    const CanonicalFunction& f = canonical.functions[i];
    for (const Param& param : s.functions()[i].params) in.mark(param.type, f.params_in_memory);
    if (s.functions()[i].result) out.mark(*s.functions()[i].result, f.result_in_memory);
  }
  for (std::size_t i = 0; i < s.imports().size(); ++i) {
    const CanonicalFunction& f = canonical.imports[i];
    for (const Param& param : s.imports()[i].params) out.mark(param.type, f.params_in_memory);
    if (s.imports()[i].result) in.mark(*s.imports()[i].result, f.result_in_memory);
  }
}

std::string address(const std::string& base, std::uint32_t offset) {
  return offset == 0 ? base : cat("unsafe.Add(", base, ", ", offset, ")");
}

bool is_plain(Kind kind) { return bits_of(kind) != 0; }

std::string flags_mask(const GuestUnit& unit, TypeId id) {
  const std::size_t count = unit.type(id).parts.size();
  return count < unit.layout(id).size * 8 ? cat(" & (1<<", count, " - 1)") : "";
}

void emit_resource_types(const GuestUnit& unit, Code& code) {
  for (ResourceId r = 0; r < unit.schema.resources().size(); ++r) {
    const Resource& resource = unit.schema.resources()[r];
    const std::string& type = unit.names().resources[r].type;
    code.gap();
    code.line("// ", type, " is a handle of the resource ", resource.name, ", which the ",
              resource.imported ? "host" : "guest", " implements.");
    code.open("type ", type, " struct {");
    code.line("ffirt.Resource");
    code.close("}");
  }
}

void emit_resource_glue(const GuestUnit& unit, Code& code) {
  for (ResourceId r = 0; r < unit.schema.resources().size(); ++r) {
    const Resource& resource = unit.schema.resources()[r];
    const go::GoNames::ResourceNames& names = unit.names().resources[r];
    const std::string home =
        resource.imported ? host_interface_id(unit.schema) : "[export]" + interface_id(unit.schema);
    const auto import = [&](const std::string& what, const std::string& signature) {
      code.gap();
      code.line("//go:wasmimport ", home, " [resource-", what, "]", resource.name);
      code.line("func ", what, names.type, signature);
    };
    if (!resource.imported) {
      import("new", "(rep uint32) uint32");
      import("rep", "(handle uint32) uint32");
    }
    import("drop", "(handle uint32)");
    code.gap();
    code.open("var ", names.handles, " = ffirt.Class{");
    code.line("Name: \"", resource.name, "\",");
    if (!resource.imported) {
      code.line("New:  new", names.type, ",");
      code.line("Rep:  rep", names.type, ",");
    }
    code.line("Drop: drop", names.type, ",");
    code.close("}");
    if (resource.imported) continue;
    code.gap();
    code.line("//go:wasmexport ", interface_id(unit.schema), "#[dtor]", resource.name);
    code.open("func destroy", names.type, "(rep uint32) {");
    code.line("ffirt.Destroy(rep)");
    code.close("}");
  }
}

namespace {

/// What the Go compiler lays out for an export's wrapper on a stack that cannot grow: parameters
/// side by side, then the result, each part in whole words.
std::uint64_t export_bytes(const CanonicalFunction& f) {
  constexpr std::uint64_t kWord = 8;  // also of a guest, whose addresses have 32 bits
  const auto up = [](std::uint64_t n, std::uint64_t to) { return (n + to - 1) / to * to; };
  std::uint64_t bytes = 0;
  for (const std::vector<CoreType>* part : {&f.params, &f.results}) {
    for (const CoreType type : *part) {
      const std::uint64_t size = type == CoreType::I64 || type == CoreType::F64 ? 8 : 4;
      bytes = up(bytes, size) + size;
    }
    bytes = up(bytes, kWord);
  }
  return bytes;
}

std::string_view role(const Schema& schema, const Function& f) {
  if (f.kind == FunctionKind::Constructor) return "construct";
  if (go::is_constructor(f)) return "create";
  switch (schema.role(f)) {
    case Role::Consume: return "consume";
    case Role::Produce: return "produce";
    case Role::Echo: return "echo";
    case Role::Call: return "call";
  }
  return "call";
}

std::string rows(const Schema& schema, const std::vector<Function>& functions) {
  std::string out;
  for (const Function& f : functions)
    out += cat(out.empty() ? "" : ";", role(schema, f), " ", go::call_signature(f));
  return out;
}

}  // namespace

void emit_description(const GuestUnit& unit, Code& code) {
  const Schema& schema = unit.schema;
  const std::string& prefix = unit.names().prefix;
  code.gap();
  code.line("var schema", prefix, " = guest.Schema{Describe: describe", prefix, "}");
  code.gap();
  code.open("func describe", prefix, "(s *guest.Schema) {");
  code.line("s.Table = \"", go::type_table(schema), "\"");
  code.line("s.Exports = \"", rows(schema, schema.functions()), "\"");
  if (!schema.imports().empty()) {
    code.line("s.Hosts = \"", rows(schema, schema.imports()), "\"");
    code.open("s.HostFunctions = []any{");
    for (std::size_t i = 0; i < schema.imports().size(); ++i) {
      const Function& f = schema.imports()[i];
      code.line(f.kind == FunctionKind::Method ? unit.names().resources[f.resource].type + "." : "",
                unit.names().imports[i].method, ",");
    }
    code.close("}");
  }
  if (!schema.resources().empty()) {
    code.open("s.Resources = []guest.Resource{");
    for (ResourceId r = 0; r < schema.resources().size(); ++r) {
      std::string construct = "-1";
      for (std::size_t i = 0; i < schema.imports().size(); ++i) {
        const Function& f = schema.imports()[i];
        if (f.kind == FunctionKind::Constructor && f.resource == r) construct = std::to_string(i);
      }
      code.line("{Class: &", unit.names().resources[r].handles, ", Construct: ", construct, "},");
    }
    code.close("}");
  }
  go::emit_type_rows(unit.package, code);
  code.close("}");
}

}  // namespace guest_go

namespace {

using go::go_file;
using go::package_name;
using guest_go::Code;
using guest_go::GuestUnit;

constexpr std::string_view kModule = "fficheck.local/batch";

/// Types and host functions: what the guest's author reads.
std::string api(const GuestUnit& unit) {
  Code code;
  if (unit.product) emit_handlers(unit, code);
  go::emit_types(unit.package, code);
  emit_resource_types(unit, code);
  emit_host_functions(unit, code);
  return code.text();
}

std::string glue(const GuestUnit& unit) {
  Code code;
  emit_resource_glue(unit, code);
  emit_exports(unit, code);
  emit_lift_functions(unit, code);
  emit_lower_functions(unit, code);
  if (!unit.product) emit_description(unit, code);
  return code.text();
}

std::string batch_main(std::span<const BatchEntry> batch) {
  Code code;
  code.gap();
  code.open("func init() {");
  code.open("guest.Schemas = []*guest.Schema{");
  for (const BatchEntry& entry : batch) code.line("&schema", batch_name(entry.id).type_prefix, ",");
  code.close("}");
  code.close("}");
  code.gap();
  code.line("func main() {}");
  return code.text();
}

void add(FileSet& files, const std::string& path, std::string_view package, std::string_view module,
         const std::string& body) {
  if (!body.empty()) files["guest/" + path] = go_file(package, module, body);
}

}  // namespace

FileSet guest_go_runtime(bool tests) {
  FileSet out;
  for (auto& [name, text] : guest_go_runtime_files())
    if (tests || name.starts_with("ffirt/")) out.emplace("guest/" + name, std::move(text));
  if (!tests) return out;
  auto native = go_runtime_files();
  for (const char* name : {"plan", "plans", "stream", "types", "witness"}) {
    const std::string path = go::cat("check/", name, ".go");
    out.emplace("guest/" + path, std::move(native.at(path)));
  }
  return out;
}

std::optional<std::string> unsupported_guest_go(const Schema& schema, const Function& function) {
  if (auto why = unsupported_canonical(schema, function)) return why;
  const std::vector<Function>& imports = schema.imports();
  if (std::find(imports.begin(), imports.end(), function) != imports.end()) return std::nullopt;
  // abi.StackSmall of the Go runtime; the compiler refuses more (1.24 to 1.26).
  constexpr std::uint64_t kMostBytes = 128;
  const CanonicalLowering lowering = lower_canonical(restrict_to(schema, {function}));
  const std::uint64_t bytes = guest_go::export_bytes(lowering.functions[0]);
  if (bytes <= kMostBytes) return std::nullopt;
  return "Go: //go:wasmexport takes " + std::to_string(kMostBytes) +
         " bytes of arguments and result, not " + std::to_string(bytes);
}

FileSet emit_guest_go(std::span<const BatchEntry> batch) {
  FileSet files = guest_go_runtime(true);
  for (const BatchEntry& entry : batch) {
    const GuestUnit unit(*entry.schema, batch_name(entry.id).type_prefix, false);
    add(files, entry.id + ".go", "main", kModule, api(unit));
    add(files, entry.id + "_glue.go", "main", kModule, glue(unit));
    files["wit/" + entry.id + ".wit"] = print_wit(*entry.schema);
  }
  files["guest/main.go"] = go_file("main", kModule, batch_main(batch));
  return files;
}

FileSet emit_guest_go_product(const Schema& schema, const LibraryName& name) {
  FileSet files = guest_go_runtime(false);
  const GuestUnit unit(schema, "", true);
  const std::string package = package_name(name.prefix);
  files["guest/go.mod"] = go::cat("module ", package, "\n\ngo 1.24\n");
  add(files, package + "/" + package + ".go", package, package, api(unit));
  add(files, package + "/glue.go", package, package, glue(unit));
  files["wit/" + name.prefix + ".wit"] = print_wit(schema);
  return files;
}

}  // namespace fficheck
