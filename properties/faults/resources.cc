// Resources: R rows.
#include <regex>
#include <string>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

using Shows = Fault::Shows;

constexpr const char* kGuest = R"(guest/c\d+_guest\.c)";
constexpr const char* kGlue = R"(guest/c\d+_glue\.go)";
constexpr const char* kResource = R"(guest/ffirt/resource\.go)";

/// In an export's wrapper, the second owned handle among the arguments is the first again.
std::optional<std::string> same_handle(const std::string& block) {
  static const std::regex drop(R"(    c\d+_drop_\w+\(args\.(\w+)\);)");
  std::vector<std::string> owned;
  for (std::sregex_iterator m(block.begin(), block.end(), drop), end; m != end; ++m)
    owned.push_back((*m)[1]);
  if (owned.size() < 2) return std::nullopt;
  const auto source = [&](const std::string& field) {
    std::smatch m;
    return std::regex_search(block, m, std::regex("\n  args\\." + field + " = (p\\d+);"))
               ? m[1].str()
               : std::string();
  };
  const std::string first = source(owned[0]);
  if (first.empty() || source(owned[1]).empty()) return std::nullopt;
  return std::regex_replace(
      block, std::regex("\n  args\\." + owned[1] + " = p\\d+;"),
      "\n  args." + owned[1] + " = " + first + ";\n  (void)" + source(owned[1]) + ";");
}

Fault fault(const char* id, const char* target, const char* sentence, Shows shows, Edit edit) {
  return {.id = id,
          .target = target,
          .sentence = sentence,
          .property = "resources",
          .shows = shows,
          .edit = std::move(edit),
          .profile = "resources",
          .alone = target == std::string("wasm-c") && id == std::string("R2")};
}

}  // namespace

std::vector<Fault> resource_faults() {
  return {
      fault("R1", "wasm-c", "The destructor is exported under a name that nobody calls.",
            Shows::Leak, edits::lines(kGuest, "#[dtor]", R"((#\[dtor\])([\w-]+))", "#dtor-$2")),
      fault("R2", "wasm-c", "Freeing a list does not drop the handles that it owns.", Shows::Leak,
            edits::blocks(kGuest, R"(^void c\d+_free_List\w*\(.*bool drop\))", "}",
                          [](const std::string& block) -> std::optional<std::string> {
                            static const std::regex drops(
                                R"(\n  for \(.*\)\n    if \(drop.*\)\n      \w+\(.*\);)");
                            return std::regex_replace(block, drops, "\n  (void)drop;");
                          })),
      fault("R4", "wasm-c", "Of two owned handles among the arguments the first is lifted twice.",
            Shows::WrongValue,
            edits::blocks(kGuest, R"(c\d+_Export\d+\(.*\) \{$)", "}", same_handle)),
      fault("R4", "wasm-go", "An owned handle that was handed on keeps its index.",
            Shows::WrongValue, edits::text(kResource, "\tr.index = 0\n", "")),
      fault("R7", "wasm-c", "No destructor is exported.", Shows::Leak,
            edits::lines(kGuest, "#[dtor]",
                         R"(__attribute__\(\(export_name\("[^"]*#\[dtor\][^)]*\)\)\) )", "")),
      fault("R7", "wasm-go", "No destructor is exported.", Shows::Leak,
            edits::lines(kGlue, "#[dtor]", R"(^//go:wasmexport .*#\[dtor\].*$)", "")),
  };
}

}  // namespace fficheck
