#include "targets/wasm/component_around.h"

#include "targets/wasm/module_sections.h"

namespace fficheck {
namespace {

using namespace sections;

/// Sections of a component.
enum ComponentSection : std::uint8_t { kCoreModule = 1, kCoreType = 3, kComponentImport = 10 };

enum Extern : std::uint8_t { kFunctionExtern = 0, kMemoryExtern = 2, kGlobalExtern = 3 };

/// Writes a core module's type: the declarations of a core:moduletype.
class ModuleType {
 public:
  explicit ModuleType(const Module& module) : module_(module) {}

  std::optional<Bytes> run() {
    if (!types() || !imports() || !functions() || !exports()) return std::nullopt;
    Bytes out = {0x50};
    put(out, count_);
    put(out, View(declarations_));
    return out;
  }

 private:
  void declare(View declaration) {
    put(declarations_, declaration);
    ++count_;
  }

  /// All types, each where it is in the module, so that their numbers stay.
  bool types() {
    const auto payload = module_.payload(kType);
    if (!payload) return false;
    Reader in{*payload};
    for (std::uint32_t left = in.number(); left != 0; --left) {
      const std::size_t begin = in.at;
      if (in.byte() != 0x60) return false;  // a function's
      (void)in.take(in.number());           // one byte for each numeric type
      (void)in.take(in.number());
      if (in.failed) return false;
      Bytes declaration = {0x01};
      put(declaration, payload->subspan(begin, in.at - begin));
      declare(declaration);
    }
    return true;
  }

  bool imports() {
    if (!imported_functions(module_)) return false;
    const auto payload = module_.payload(kImport);
    if (!payload) return true;
    Reader in{*payload};
    for (std::uint32_t left = in.number(); left != 0; --left) {
      Bytes declaration = {0x00};
      put_name(declaration, in.name());
      put_name(declaration, in.name());
      declaration.push_back(in.byte());
      function_types_.push_back(in.number());
      put(declaration, function_types_.back());
      declare(declaration);
    }
    return !in.failed;
  }

  bool functions() {
    const auto payload = module_.payload(kFunction);
    if (!payload) return true;
    Reader in{*payload};
    for (std::uint32_t left = in.number(); left != 0 && !in.failed; --left)
      function_types_.push_back(in.number());
    return !in.failed;
  }

  bool exports() {
    const auto payload = module_.payload(kExports);
    if (!payload) return true;
    Reader in{*payload};
    for (std::uint32_t left = in.number(); left != 0; --left) {
      Bytes declaration = {0x03};
      put_name(declaration, in.name());
      const std::uint8_t kind = in.byte();
      const std::uint32_t index = in.number();
      if (in.failed) return false;
      if (kind == kFunctionExtern) {
        if (index >= function_types_.size()) return false;
        declaration.push_back(kind);
        put(declaration, function_types_[index]);
      } else if (kind == kMemoryExtern) {
        const auto memory = only_memory();
        if (!memory) return false;
        declaration.push_back(kind);
        put(declaration, *memory);
      } else if (kind == kGlobalExtern) {
        continue;  // a module may export more than its type says
      } else {
        return false;
      }
      declare(declaration);
    }
    return true;
  }

  [[nodiscard]] std::optional<View> only_memory() const {
    const auto payload = module_.payload(kMemory);
    if (!payload) return std::nullopt;
    Reader in{*payload};
    if (in.number() != 1) return std::nullopt;
    return payload->subspan(in.at);
  }

  const Module& module_;
  std::vector<std::uint32_t> function_types_;  ///< by function index
  Bytes declarations_;
  std::uint32_t count_ = 0;
};

}  // namespace

std::optional<std::vector<std::uint8_t>> with_imported_module(View bytes) {
  const std::optional<Module> component = parse(bytes);
  if (!component) return std::nullopt;
  Bytes out(bytes.begin(), bytes.begin() + kHeader);
  bool replaced = false;
  std::uint32_t types = 0;
  for (const Module::Part& part : component->parts) {
    if (replaced || part.id != kCoreModule) {
      if (part.id == kCoreType) types += Reader{part.payload}.number();
      put_section(out, part.id, part.payload);
      continue;
    }
    const std::optional<Module> module = parse(part.payload);
    const auto type = module ? ModuleType(*module).run() : std::nullopt;
    if (!type || types != 0) return std::nullopt;
    Bytes core_types = {1};
    put(core_types, View(*type));
    put_section(out, kCoreType, core_types);
    Bytes imports = {1, 0x00};
    put_name(imports, kImportedModule);
    imports.insert(imports.end(), {0x00, 0x11, 0x00});  // core module of core type 0
    put_section(out, kComponentImport, imports);
    replaced = true;
  }
  if (!replaced) return std::nullopt;
  return out;
}

}  // namespace fficheck
