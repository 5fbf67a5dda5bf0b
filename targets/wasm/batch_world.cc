// The world of a batch (docs/target-wasm.md).
#include "harness/core/text.h"
#include "targets/wasm/component_session.h"

namespace fficheck {
namespace {

constexpr std::string_view kProbe = R"(package fficheck:probe {
  interface probe {
    last-witness: func() -> u64;
    counter: func(which: u32) -> s64;
    collect: func();
    collect-in-realloc: func(on: bool);
    run-import: func(schema: u32, function: u32, law: u32, seed: u64, first: u64, count: u64) -> u64;
    failed: func() -> u64;
    digest: func() -> u64;
    errs: func() -> u64;
  }
}
)";

/// A package that stands alone, as a nested one: "package a:b;\n..." -> "package a:b {\n...}".
std::string nested(std::string text) {
  text.replace(text.find(";\n"), 1, " {");
  return text + "}\n";
}

}  // namespace

std::string batch_wit(std::span<const Schema* const> schemas) {
  std::string packages = "package fficheck:batch;\n\n";
  std::string world = "world batch {\n";
  for (const Schema* schema : schemas) {
    packages += nested(print_wit(*schema));
    if (!schema->imports().empty()) world += "  import " + host_interface_id(*schema) + ";\n";
    world += "  export " + interface_id(*schema) + ";\n";
  }
  packages += kProbe;
  return packages + world + "  export fficheck:probe/probe;\n}\n";
}

}  // namespace fficheck
