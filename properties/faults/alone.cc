// X rows: no defects that were seen somewhere, but defects made so that one law alone can see them,
// which shows that the law is not vacuous.
#include <regex>
#include <string>
#include <utility>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

constexpr const char* kGuest = R"(guest/c\d+_guest\.c)";
constexpr const char* kExport = R"(_Export\d+\(.*\) \{$)";
constexpr const char* kGlue = R"(guest/c\d+_glue\.go)";
constexpr const char* kGoMemory = R"(guest/ffirt/memory\.go)";

/// Of integers among the arguments only the lowest bit is lifted, in the wrappers of functions
/// whose name matches and whose result is no `result`, which is another law's.
Edit lowest_bits(const std::string& names) {
  return edits::whole(
      kGuest,
      [name = std::regex("#(" + names + R"re()"\)\)\))re")](
          const std::string& text) -> std::optional<std::string> {
        static const std::regex first(kExport);
        // Not the tags of choices: whoever frees by another tag leaks, which other laws see.
        static const std::regex integer(
            R"(\n  args\.(?:\w+\.)*(?!tag )\w+ = \(u?int\d+_t\)p\d+(?=;))");
        static const std::regex direct(R"(\n  C\d+Result\w* result;)");
        static const std::regex area(R"(_ReturnArea\.(r\d+)\);\n\})");
        std::string out;
        std::string block;
        bool inside = false;
        for (const std::string& line : edits::lines_of(text)) {
          inside = inside || (std::regex_search(line, first) && std::regex_search(line, name));
          (inside ? block : out).append(line).append("\n");
          if (!inside || line != "}") continue;
          inside = false;
          std::smatch m;
          const bool may_err =
              std::regex_search(block, direct) ||
              (std::regex_search(block, m, area) &&
               std::regex_search(text, std::regex(R"(\n  C\d+Result\w* )" + m[1].str() + ";")));
          out += may_err ? block : std::regex_replace(block, integer, "$& & 1");
          block.clear();
        }
        return out + block;
      });
}

/// Every export that returns an i32 has a post-return, needed or not.
std::optional<std::string> more_post_returns(const std::string& text) {
  static const std::regex wrapper(
      R"re(export_name\("([^"]*#[\w-]+)"\)\)\) int32_t (c\d+)_Export(\d+)\()re");
  std::string out = text;
  for (std::sregex_iterator m(text.begin(), text.end(), wrapper), end; m != end; ++m) {
    const std::string post = "cabi_post_" + (*m)[1].str() + "\"";
    if (text.find(post) != std::string::npos) continue;
    out += "\n__attribute__((export_name(\"" + post + "))) void " + (*m)[2].str() + "_Surplus" +
           (*m)[3].str() + "(int32_t p0) {\n  (void)p0;\n}\n";
  }
  return out;
}

/// What the collector finds of a result between return and post-return: nothing.
Edit unrooted_results() {
  return edits::all({
      edits::lines(kGlue, "ffirt.Address(p)", R"(^\treturn ffirt\.Address\(p\)$)",
                   "\tffirt.Unroot()\n$&"),
      edits::text(kGoMemory, "\tpending = false\n\tresults.Free()\n",
                  "\tpending = false\n"
                  "\tfor _, h := range hidden {\n"
                  "\t\theld[h.index].at = unsafe.Pointer(h.at)\n"
                  "\t}\n"
                  "\thidden = hidden[:0]\n"
                  "\tresults.Free()\n"),
      edits::text(kGoMemory, "// PostReturn gives back",
                  "var hidden []struct {\n\tindex uint32\n\tat    uintptr\n}\n\n"
                  "// Unroot takes a result from the collector's sight.\n"
                  "func Unroot() {\n"
                  "\tfor _, address := range results.blocks {\n"
                  "\t\tindex, _ := find(address)\n"
                  "\t\thidden = append(hidden, struct {\n\t\t\tindex uint32\n\t\t\tat    uintptr\n"
                  "\t\t}{index, uintptr(held[index].at)})\n"
                  "\t\theld[index].at = nil\n"
                  "\t}\n"
                  "}\n\n"
                  "// PostReturn gives back"),
  });
}

Fault fault(const char* id, const char* target, const char* sentence, const char* property,
            Fault::Shows shows, Edit edit) {
  return {.id = id,
          .target = target,
          .sentence = sentence,
          .property = property,
          .shows = shows,
          .edit = std::move(edit),
          .alone = true};
}

Fault lowest_bits(const char* id, const char* property, const std::string& names,
                  const char* sentence) {
  return fault(id, "wasm-c", sentence, property, Fault::Shows::WrongValue, lowest_bits(names));
}

}  // namespace

std::vector<Fault> lone_faults() {
  return {
      lowest_bits("X3", "consume", R"(consume[\w-]*)",
                  "Of integers only the lowest bit is lifted, in functions consume*."),
      lowest_bits("X4", "produce", R"(produce[\w-]*)",
                  "Of integers only the lowest bit is lifted, in functions produce*."),
      lowest_bits("X5", "echo", R"(echo[\w-]*)",
                  "Of integers only the lowest bit is lifted, in functions echo*."),
      lowest_bits("X6", "call", R"((?!consume|produce|echo)[\w-]*)",
                  "Of integers only the lowest bit is lifted, in functions of any other name."),
      fault("X7", "wasm-c", "A post-return is exported where none is needed.", "post-return",
            Fault::Shows::Leak, edits::whole(kGuest, more_post_returns)),
      fault("X8", "wasm-go", "A result is not held between return and post-return.", "gc",
            Fault::Shows::WrongValue, unrooted_results()),
  };
}

}  // namespace fficheck
