// Resources: R rows.
#include <map>
#include <regex>
#include <set>
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

/// The functions of an interface that take a borrow of the host's by itself: "name" -> parameters,
/// as far as all functions of the name take it.
std::map<std::string, std::set<std::string>> lent_by_host(const std::string& wit) {
  static const std::regex resource(R"(\n  resource ([\w-]+))");
  static const std::regex function(R"(\n +([\w-]+): (?:static )?func\(([^\n]*)\))");
  static const std::regex param(R"(([\w-]+): borrow<([\w-]+)>(?=[,)]|$))");
  const std::size_t api = wit.find("\ninterface api");
  if (api == std::string::npos) return {};
  const std::string host = wit.substr(0, api);
  const std::string own = wit.substr(api);
  std::set<std::string> resources;
  for (std::sregex_iterator m(host.begin(), host.end(), resource), end; m != end; ++m)
    resources.insert((*m)[1]);
  std::map<std::string, std::set<std::string>> out;
  std::set<std::string> seen;
  for (std::sregex_iterator m(own.begin(), own.end(), function), end; m != end; ++m) {
    const std::string params = (*m)[2];
    std::set<std::string> lent;
    for (std::sregex_iterator p(params.begin(), params.end(), param); p != end; ++p)
      if (resources.contains((*p)[2])) lent.insert((*p)[1]);
    if (seen.insert((*m)[1]).second) {
      out[(*m)[1]] = lent;
    } else {
      std::erase_if(out[(*m)[1]], [&](const std::string& name) { return !lent.contains(name); });
    }
  }
  return out;
}

/// The wrappers of exports never give back what the host lent them.
Result<FileSet> keep_borrows(FileSet files) {
  static const std::regex name(R"re(export_name\("[^"#]*#(?:\[\w+\][\w-]+\.)?([\w-]+)"\))re");
  bool changed = false;
  for (const auto& [path, wit] : FileSet(files)) {
    if (!path.starts_with("wit/")) continue;
    const std::string id = path.substr(4, path.size() - 8);
    const auto guest = files.find("guest/" + id + "_guest.c");
    if (guest == files.end()) continue;
    const auto lent = lent_by_host(wit);
    const Edit in_wrappers = edits::blocks(
        "guest/" + id + "_guest\\.c", R"(_Export\d+\(.*\) \{$)", "}",
        [&](const std::string& block) -> std::optional<std::string> {
          std::smatch m;
          if (!std::regex_search(block, m, name)) return std::nullopt;
          const auto function = lent.find(m[1]);
          if (function == lent.end()) return std::nullopt;
          std::string out = block;
          for (const std::string& param : function->second)
            out = std::regex_replace(
                out, std::regex("\n  if \\(args\\." + param + " != 0\\)\n.*_drop_.*;"), "");
          return out;
        });
    Result<FileSet> edited = in_wrappers(files);
    if (!edited.ok()) continue;
    files = std::move(edited).value();
    changed = true;
  }
  if (!changed) return input_error("nothing to edit: no borrow of the host's among the arguments");
  return files;
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
      fault("R6", "wasm-c", "A borrow of the host's is not given back before the call returns.",
            Shows::WrongValue, keep_borrows),
      fault("R7", "wasm-c", "No destructor is exported.", Shows::Leak,
            edits::lines(kGuest, "#[dtor]",
                         R"(__attribute__\(\(export_name\("[^"]*#\[dtor\][^)]*\)\)\) )", "")),
      fault("R7", "wasm-go", "No destructor is exported.", Shows::Leak,
            edits::lines(kGlue, "#[dtor]", R"(^//go:wasmexport .*#\[dtor\].*$)", "")),
  };
}

}  // namespace fficheck
