#include "targets/wasm/guest_c.h"

#include <map>

#include "harness/core/reference_canonical.h"
#include "harness/core/text.h"
#include "targets/native/emit.h"
#include "targets/wasm/guest_c_parts.h"

namespace fficheck {

std::map<std::string, std::string> guest_c_runtime_files();  // embedded: CMakeLists.txt

namespace guest_c {

GuestUnit::GuestUnit(const Schema& s, const LibraryName& name, bool with_handlers)
    : Unit(s, Abi::Canonical, name), canonical(lower_canonical(s)), product(with_handlers) {
  for (TypeId id = 0; id < s.types().size(); ++id) {
    const Type& type = s.type(id);
    bool drop = type.kind == Kind::Own ||
                (type.kind == Kind::Borrow && s.resources()[type.resource].imported);
    for (const Part& part : type.parts) drop = drop || (part.type && drops[*part.type]);
    drops.push_back(drop);
    frees.push_back(drop || canonical.types[id].owns_memory);
  }
}

std::string emit_guest_header(const GuestUnit& unit) {
  const std::string guard = native_emit::upper(unit.prefix()) + "_H";
  std::string out = native_emit::preamble(unit, "The guest's types and imports");
  out += "#ifndef " + guard + "\n#define " + guard + "\n\n";
  out += "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n";
  out += "#include \"ffi_runtime.h\"\n\n";
  out += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  out += native_emit::emit_types(unit);
  out += emit_free_declarations(unit);
  out += emit_resource_declarations(unit);
  out += emit_import_declarations(unit);
  return out + "#ifdef __cplusplus\n}\n#endif\n#endif\n";
}

std::string emit_guest_handlers(const GuestUnit& unit) {
  const std::string guard = native_emit::upper(unit.prefix()) + "_HANDLERS_H";
  std::string out = native_emit::preamble(unit, "The handlers to write");
  out += "#ifndef " + guard + "\n#define " + guard + "\n\n";
  out += "#include \"" + unit.prefix() + ".h\"\n\n";
  out += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  out +=
      "/* Arguments that arrive by pointer are freed, and their handles dropped, after the handler "
      "returns. What a\n"
      " * handler keeps or hands on in its result it takes out: it sets the member to zero. What a "
      "result reaches comes\n"
      " * from ffi_guest_alloc or from an argument, and is freed once the caller has read it. A "
      "borrowed resource of\n"
      " * this interface arrives as what implements it. */\n";
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i) {
    out += "\n/* " + native_emit::signature(unit.schema, unit.schema.functions()[i]) + " */\n" +
           handler_declaration(unit, i) + ";\n";
  }
  for (ResourceId r = 0; r < unit.schema.resources().size(); ++r) {
    if (unit.schema.resources()[r].imported) continue;
    out += "\n/* Frees what implements a " + unit.schema.resources()[r].name +
           ", which nobody owns any more. */\nvoid " + unit.names.resources[r].destroy +
           "(void *rep);\n";
  }
  return out + "\n#ifdef __cplusplus\n}\n#endif\n#endif\n";
}

namespace {

/// Test guests: what the runtime knows of each resource.
std::string resource_table(const GuestUnit& unit) {
  std::string out;
  for (ResourceId r = 0; r < unit.schema.resources().size(); ++r) {
    const Resource& resource = unit.schema.resources()[r];
    const CNames::ResourceNames& names = unit.names.resources[r];
    bool used = false;
    for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
      const Type& type = unit.schema.type(id);
      used =
          used || (unit.used[id] && class_of(type.kind) == KindClass::Handle && type.resource == r);
    }
    if (!used) continue;
    std::string construct = "NULL";
    for (std::size_t i = 0; i < unit.schema.imports().size(); ++i) {
      const Function& f = unit.schema.imports()[i];
      if (f.kind == FunctionKind::Constructor && f.resource == r)
        construct = "&" + unit.prefix() + "_HostFunctions[" + std::to_string(i) + "]";
    }
    out += "static const FFIGuestResource " + unit.internal("Resource", r) + " = {" +
           (resource.imported ? "NULL, NULL" : names.make + ", " + names.rep) + ", " + names.drop +
           ", " + construct + "};\n";
  }
  return out.empty() ? out : "\n" + out;
}

std::string argument_structs(const GuestUnit& unit) {
  std::string out;
  for (std::size_t i = 0; i < unit.schema.functions().size(); ++i)
    out += native_emit::emit_argument_struct(unit, "A", i);
  return out.empty() ? out : "\n" + out;
}

}  // namespace

std::string emit_guest_source(const GuestUnit& unit) {
  std::string out = native_emit::preamble(unit, "The guest's glue");
  out += "#include \"" + unit.prefix() + (unit.product ? "_handlers.h\"\n\n" : ".h\"\n\n");
  out += unit.product ? "#include \"ffi_guest.h\"\n" : "#include \"ffi_guest_tests.h\"\n";
  out += emit_resource_functions(unit);
  out += emit_free_functions(unit);
  out += emit_import_functions(unit);
  out += argument_structs(unit);
  if (!unit.product) {
    if (!unit.schema.imports().empty())
      out += "\nextern const FFIGuestFunction " + unit.prefix() + "_HostFunctions[];\n";
    out += resource_table(unit);
    const std::string descriptors = native_emit::emit_type_descriptors(unit);
    if (!descriptors.empty()) out += "\n" + descriptors;
    out += emit_import_table(unit);
    out += emit_export_table(unit);
  }
  return out + emit_exports(unit) + emit_destructors(unit);
}

std::string emit_guest_layout(const GuestUnit& unit) {
  const CanonicalReference reference(unit.schema);
  std::string assertions;
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    if (!unit.used[id]) continue;
    const Type& type = unit.schema.type(id);
    const KindClass klass = class_of(type.kind);
    if (klass == KindClass::Scalar || klass == KindClass::Text || klass == KindClass::Handle)
      continue;
    const std::string& name = unit.names.types[id];
    const std::string what = ", \"" + native_emit::brief(unit.schema, id) + "\");\n";
    const auto figures = [&](std::initializer_list<std::uint64_t> all) {
      for (const std::uint64_t figure : all) assertions += ", " + std::to_string(figure);
      assertions += what;
    };
    assertions += "FFI_LAYOUT(" + name;
    figures({reference.elem_size(id), reference.alignment(id)});
    const std::vector<std::string>& members = unit.names.members[id];
    if (type.kind == Kind::Record || type.kind == Kind::Tuple) {
      const std::vector<std::uint64_t> offsets = reference.field_offsets(id);
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        assertions += "FFI_OFFSET(" + name + ", " + members[i];
        figures({offsets[i]});
      }
    }
    if (klass == KindClass::Choice && members.size() == 2) {
      assertions += "FFI_OFFSET(" + name + ", " + members[1];
      figures({reference.payload_offset(id)});
      assertions += "FFI_MEMBER(" + name + ", " + members[0];
      figures({0, reference.discriminant_size(id)});
    }
  }
  std::string out = native_emit::preamble(unit, "Layout");
  out += "#include \"" + unit.prefix() + ".h\"\n#include \"ffi_layout.h\"\n";
  return assertions.empty() ? out : out + "\n" + assertions;
}

}  // namespace guest_c

namespace {

using guest_c::GuestUnit;

constexpr std::string_view kBatch =
    "/* A batch of test guests. Generated by fficheck; do not edit. */\n";

std::string includes(std::span<const BatchEntry> batch) {
  std::string out(kBatch);
  for (const BatchEntry& entry : batch) {
    out += "#include \"" + entry.id + "_guest.c\"\n";
    out += "#include \"" + entry.id + "_layout.c\"\n";
  }
  return out;
}

/// Where the runtime finds each schema's imports.
std::string batch_table(std::span<const BatchEntry> batch) {
  std::string out(kBatch);
  out += "#include \"ffi_guest_tests.h\"\n\n";
  std::string rows;
  for (const BatchEntry& entry : batch) {
    const std::size_t count = entry.schema->imports().size();
    const std::string name = entry.id + "_HostFunctions";
    if (count != 0) out += "extern const FFIGuestFunction " + name + "[];\n";
    rows += "    {" + (count ? name : std::string("NULL")) + ", " + std::to_string(count) + "},\n";
  }
  return out + "const FFIGuestSchema ffi_guest_schemas[] = {\n" + rows +
         "};\nconst uint32_t ffi_guest_schema_count = " + std::to_string(batch.size()) + ";\n";
}

}  // namespace

FileSet guest_c_runtime(bool tests) {
  FileSet out;
  for (auto& [name, text] : guest_c_runtime_files()) {
    const bool product = name == "ffi_runtime.h" || name == "ffi_guest.h" || name == "string.h" ||
                         name == "ffi_guest_memory.c" || name == ".clang-format";
    if (tests || product) out.emplace("guest/" + name, std::move(text));
  }
  if (!tests) return out;
  FileSet native = runtime_files(true);
  for (const char* name :
       {"ffi_layout.h", "ffi_types.h", "ffi_runtime_values.c", "ffi_stream.c", "ffi_witness.c"})
    out.emplace(std::string("guest/") + name, std::move(native.at(std::string("native/") + name)));
  return out;
}

FileSet emit_guest_c(std::span<const BatchEntry> batch) {
  FileSet out = guest_c_runtime(true);
  for (const BatchEntry& entry : batch) {
    const GuestUnit unit(*entry.schema, batch_name(entry.id), false);
    const std::string base = "guest/" + entry.id;
    out[base + ".h"] = emit_guest_header(unit);
    out[base + "_guest.c"] = emit_guest_source(unit);
    out[base + "_layout.c"] = emit_guest_layout(unit);
    out["wit/" + entry.id + ".wit"] = print_wit(*entry.schema);
  }
  // In halves, so that two compilers can work at once.
  const std::size_t half = (batch.size() + 1) / 2;
  out["guest/batch_0.c"] = includes(batch.first(half));
  out["guest/batch_1.c"] = includes(batch.subspan(half));
  out["guest/batch_table.c"] = batch_table(batch);
  return out;
}

FileSet emit_guest_c_product(const Schema& schema, const LibraryName& name) {
  FileSet out = guest_c_runtime(false);
  const GuestUnit unit(schema, name, true);
  const std::string base = "guest/" + name.prefix;
  out[base + ".h"] = emit_guest_header(unit);
  out[base + "_handlers.h"] = emit_guest_handlers(unit);
  out[base + "_guest.c"] = emit_guest_source(unit);
  out["wit/" + name.prefix + ".wit"] = print_wit(schema);
  return out;
}

}  // namespace fficheck
