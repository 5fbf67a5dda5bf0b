// Layout and values: L rows.
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

using edits::Rewrite;
using Shows = Fault::Shows;

// Generated files of the native target: the header and source of a schema, its Go file, the shims.
constexpr const char* kHeader = R"(native/c\d+\.h)";
constexpr const char* kSource = R"(native/c\d+\.c)";
constexpr const char* kGo = R"(go/c\d+\.go)";
constexpr const char* kShim = R"(go/shim/batch\.c)";
constexpr const char* kArena = R"(go/ffirt/arena\.go)";
/// First line of the mirror of a struct in Go.
constexpr const char* kGoMirror = R"(^type rawC\d+(?!\w*Args struct)\w+ struct \{$)";

/// A line in front of files that tells them from others that include the same header.
Edit marked(const char* files, const std::string& macro) {
  return edits::whole(files, [macro](const std::string& text) {
    return "#ifndef " + macro + "\n#define " + macro + " 1\n#endif\n" + text;
  });
}

/// In the header, members that match are other ones where `macro` is defined.
Edit members(const std::string& macro, const std::string& mark, const std::string& pattern,
             const std::string& other) {
  return edits::lines(kHeader, mark, pattern,
                      "#if defined(" + macro + ")\n" + other + "\n#else\n$&\n#endif");
}

/// In a mirror, the second of two neighbours of 4 bytes each is put where 8 bytes of alignment
/// would have it.
std::optional<std::string> align_to_8(const std::string& block) {
  static const std::regex narrow(R"(^\t\w+\s+(uint32|int32|float32)$)");
  bool odd = false;
  std::string out;
  for (const std::string& line : edits::lines_of(block)) {
    const bool four = std::regex_match(line, narrow);
    if (four && odd) out += "\t_ [4]byte\n";
    odd = four && !odd;
    out += line + "\n";
  }
  return out;
}

/// In each struct, from a line that matches `begin`, the first two neighbours of one type change
/// places; `member` has the type as its one group.
Rewrite swap_neighbours(const char* begin, const char* member) {
  return [first = std::regex(begin), field = std::regex(member)](const std::string& text) {
    std::vector<std::string> lines = edits::lines_of(text);
    bool open = false;
    std::string before;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::smatch m;
      if (std::regex_search(lines[i], first)) {
        open = true;
        before.clear();
        continue;
      }
      if (!open) continue;
      const std::string type = std::regex_match(lines[i], m, field) ? m[1].str() : std::string();
      if (!type.empty() && type == before) {
        std::swap(lines[i - 1], lines[i]);
        open = false;
      }
      before = type;
      if (lines[i].starts_with("}")) open = false;
    }
    return std::optional(edits::join(lines));
  };
}

std::vector<Fault> native() {
  return {
      {.id = "X1",
       .target = "go",
       .sentence = "Library and binding agree on another order of fields than the ABI's.",
       .property = "layout",
       .shows = Shows::NoBuild,
       .edit = edits::all(
           {edits::whole(kHeader, swap_neighbours(R"(^typedef struct \{$)",
                                                  R"(^  (int64_t|int32_t|double|float) \w+;$)")),
            edits::whole(
                kGo, swap_neighbours(kGoMirror, R"(^\t\w+\s+(int64|int32|float64|float32)$)"))}),
       .alone = true},
      {.id = "L1",
       .target = "go",
       .sentence = "The library declares the f64 fields of records as float, Go has float64.",
       .property = "consume",
       .edit = edits::all(
           {edits::without_assertions(),
            edits::lines(kHeader, "double", R"(^  double (\w+);$)", "  float $1;"),
            edits::lines(
                kSource, "ffi_rt_f64",
                R"(\{&ffi_rt_f64, (offsetof\(C\d+\w+, \w+\), (?:0|offsetof\(C\d+\w+, present\))\}))",
                "{&ffi_rt_f32, $1")})},
      {.id = "L2",
       .target = "go",
       .sentence = "An empty record is 0 bytes in the library and 1 byte for its caller.",
       .property = "consume",
       .edit = edits::all(
           {edits::without_assertions(), marked(kSource, "FFICHECK_LIBRARY"),
            members("FFICHECK_LIBRARY", "uint8_t unused", R"(^  uint8_t unused;$)", "")})},
      {.id = "L3",
       .target = "go",
       .sentence = "Of a list of n numbers n bytes are copied.",
       .property = "consume",
       .edit = edits::text(kArena, "unsafe.Slice((*byte)(data), bytes))",
                           "unsafe.Slice((*byte)(data), n))")},
      {.id = "L4",
       .target = "go",
       .sentence = "In records, Go aligns fields to 8 where the ABI says 4.",
       .property = "consume",
       .edit = edits::all(
           {edits::without_assertions(), edits::blocks(kGo, kGoMirror, "}", align_to_8)})},
      {.id = "L6",
       .target = "go",
       .sentence = "The payload of a variant is written behind the tag without its padding.",
       .property = "consume",
       .edit = edits::blocks(kGo, R"(^func lowerC\d+\w+\(a \*ffirt\.Arena, raw)", "}",
                             [](const std::string& block) -> std::optional<std::string> {
                               static const std::regex as(R"(\(unsafe\.Pointer\(&raw\.as\)\))");
                               return std::regex_replace(
                                   block, as, "(unsafe.Add(unsafe.Pointer(&raw.tag), 1))");
                             })},
      {.id = "L12",
       .target = "go",
       .sentence = "Floats in small structs are passed as integers are, in other registers.",
       .property = "consume",
       .edit = edits::all({marked(kShim, "FFICHECK_CALLER"),
                           edits::perhaps(members("FFICHECK_CALLER", "double",
                                                  R"(^  double (\w+);$)", "  uint64_t $1;")),
                           edits::perhaps(members("FFICHECK_CALLER", "float", R"(^  float (\w+);$)",
                                                  "  uint32_t $1;"))})},
      {.id = "L14",
       .target = "go",
       .sentence = "Among the arguments, what needs 8 bytes of alignment gets 4.",
       .property = "consume",
       .edit = edits::all(
           {edits::without_assertions(),
            edits::lines(kShim, "typedef struct {", R"(^typedef struct \{$)",
                         "#pragma pack(push, 4)\n$&"),
            edits::lines(kShim, "_GoArgs", R"(^\} c\d+_GoArgs\d+;$)", "$&\n#pragma pack(pop)")})},
      {.id = "L15",
       .target = "go",
       .sentence = "The caller packs structs, the library pads them.",
       .property = "consume",
       .edit = edits::all({edits::without_assertions(), marked(kShim, "FFICHECK_CALLER"),
                           edits::whole(kHeader,
                                        [](const std::string& text) -> std::optional<std::string> {
                                          const auto at = text.find("\ntypedef struct {");
                                          const auto end = text.find("\nvoid *c");
                                          if (at == std::string::npos || end == std::string::npos ||
                                              end < at)
                                            return std::nullopt;
                                          return text.substr(0, at) +
                                                 "\n#ifdef FFICHECK_CALLER\n#pragma pack(push, 1)"
                                                 "\n#endif" +
                                                 text.substr(at, end - at) +
                                                 "\n#ifdef FFICHECK_CALLER\n#pragma pack(pop)"
                                                 "\n#endif" +
                                                 text.substr(end);
                                        })})},
      {.id = "L16",
       .target = "go",
       .sentence = "Two fields of the same type are swapped, on the way there and on the way back.",
       .property = "consume",
       .edit = edits::swapped_fields("go/", ".go", ".go")},
      {.id = "L11",
       .target = "go",
       .sentence = "Lowering a list of compound elements uses up the caller's own list.",
       .property = "repeat",
       .edit = edits::blocks(kGo, R"(^func lowerC\d+List\w*\(a \*ffirt\.Arena, raw)", "}",
                             [](const std::string& block) -> std::optional<std::string> {
                               return block.substr(0, block.size() - 2) + "\tclear(v)\n}\n";
                             })},
  };
}

}  // namespace

std::vector<Fault> layout_faults() { return native(); }

}  // namespace fficheck
