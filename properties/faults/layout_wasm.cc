// Layout and values in guests: L rows of the wasm targets, with S and E rows.
#include <regex>
#include <string>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

constexpr const char* kHeader = R"(guest/c\d+\.h)";
constexpr const char* kGuest = R"(guest/c\d+_guest\.c)";
constexpr const char* kGlue = R"(guest/c\d+_glue\.go)";
constexpr const char* kValues = R"(guest/ffirt/values\.go)";
constexpr const char* kStream = R"(guest/ffi_stream\.c)";

Edit in_blocks(const char* files, const char* first, const char* last, const char* pattern,
               const std::string& replacement) {
  return edits::blocks(files, first, last,
                       [found = std::regex(pattern), replacement](const std::string& block) {
                         return std::optional(std::regex_replace(block, found, replacement));
                       });
}

/// In the table of a record's fields, two neighbours of one type stand for each other.
std::optional<std::string> swap_offsets(const std::string& block) {
  static const std::regex pair(
      R"((\n    \{(&\w+), offsetof\(\w+, )(\w+)(\), 0\},\n    \{\2, offsetof\(\w+, )(\w+)(\), 0\},))");
  return std::regex_replace(block, pair, "$1$5$4$3$6", std::regex_constants::format_first_only);
}

/// Where a result or variant has a payload of bool, its other payloads go through bool too.
std::optional<std::string> through_bool(const std::string& block) {
  static const std::regex flag(R"((v\.Ok = |Value: )uint32\(f\[1\]\) != 0)");
  static const std::regex number(R"((= |Value: )(u?int(8|16|32|64))\(f\[1\]\))");
  if (!std::regex_search(block, flag)) return std::nullopt;
  return std::regex_replace(block, number, "$1$2(ffirt.Bool(f[1] != 0))");
}

Fault fault(const char* id, const char* target, const char* sentence, const char* property,
            Edit edit) {
  return {.id = id,
          .target = target,
          .sentence = sentence,
          .property = property,
          .edit = std::move(edit)};
}

Fault alone(Fault fault) {
  fault.alone = true;
  return fault;
}

}  // namespace

std::vector<Fault> wasm_layout_faults() {
  return {
      alone(fault("X2", "wasm-c", "Cases that there are not are taken as they come.", "traps",
                  edits::text(kGuest, "    __builtin_trap();\n", "    (void)0;\n"))),
      fault("L4", "wasm-c", "A list in a record is aligned to 8 where the ABI says 4.", "produce",
            edits::all(
                {edits::without_assertions(),
                 edits::lines(kHeader, "List", R"(^  (C\d+List\w* \w+);$)", "  _Alignas(8) $1;")})),
      fault("L6", "wasm-c", "A float that shares a flat value with an integer is converted to it.",
            "consume",
            edits::lines(kGuest, "ffi_guest_f32((int32_t)p",
                         R"(ffi_guest_f32\(\(int32_t\)(p\d+)\))", "(float)$1")),
      fault("L6", "wasm-go", "The flat index of a variant's payload is that of its tag.", "consume",
            in_blocks(kGlue, R"(^func flatC\d+\w+\(f \[\]uint64\) C\d+\w+ \{$)", "}",
                      R"(Value: ([^}]*)f\[1\])", "Value: $1f[0]")),
      fault("L7", "wasm-go", "A payload beside one of bool is stored as bool.", "consume",
            edits::blocks(kGlue, R"(^func flatC\d+\w+\(f \[\]uint64\))", "}", through_bool)),
      fault("L16", "wasm-c", "Two fields of the same type are swapped, there and back.", "consume",
            edits::blocks(kGuest, R"(^static const FFIPart c\d+_P\d+\[\] = \{$)", "};",
                          swap_offsets)),
      fault("L16", "wasm-go", "Two fields of the same type are swapped, there and back.", "consume",
            edits::swapped_fields("guest/", ".go", "_glue.go")),
      fault("S8", "wasm-c", "An empty list is returned with a pointer that is not aligned.",
            "produce",
            edits::text(kStream, "  *pointer = NULL;\n  if (n == 0)\n    return;\n",
                        "  *pointer = (void *)1;\n  if (n == 0)\n    return;\n")),
      fault("S8", "wasm-go", "An empty list is returned with a pointer that is not aligned.",
            "produce",
            edits::text(kValues, "\t\treturn Slice{align, 0}, nil", "\t\treturn Slice{1, 0}, nil")),
      fault(
          "S9", "wasm-c", "An option of an empty list or string arrives as none.", "consume",
          edits::whole(
              kGuest,
              [](const std::string& text) -> std::optional<std::string> {
                static const std::regex some(
                    R"(\n( +)(args[\w.]*)\.present = (p\d+) != 0;(?=\n +if \(\2\.present\) \{\n +\2\.value\.ptr = .*;\n +\2\.value\.len = \(size_t\)(p\d+);))");
                return std::regex_replace(text, some, "\n$1$2.present = $3 != 0 && $4 != 0;");
              })),
      fault(
          "S9", "wasm-go", "An option of an empty list or string is returned as none.", "produce",
          in_blocks(kGlue, R"(^func (?:lower|spread)C\d+Option\w*\(.* v \*(\[\]\S+|string)\) \{$)",
                    "}", R"(if v != nil \{)", "if v != nil && len(*v) != 0 {")),
      fault("E3", "wasm-c", "The err of a result is returned as its ok.", "errors",
            edits::whole(kGuest,
                         [](const std::string& text) -> std::optional<std::string> {
                           static const std::regex area(R"(\n  C\d+Result\w+ (r\d+);)");
                           std::string out = text;
                           for (std::sregex_iterator m(text.begin(), text.end(), area), end;
                                m != end; ++m) {
                             const std::string suffix = "_ReturnArea." + (*m)[1].str() + ");\n}";
                             const auto at = out.find(suffix);
                             if (at == std::string::npos) continue;
                             const auto line = out.rfind("\n  return ", at) + 1;
                             const std::string prefix =
                                 out.substr(out.rfind('&', at) + 1, at - out.rfind('&', at) - 1);
                             out.insert(line, "  " + prefix + "_ReturnArea." + (*m)[1].str() +
                                                  ".tag = 0;\n");
                           }
                           return out;
                         })),
      fault("E3", "wasm-go", "The err of a result is returned as its ok.", "errors",
            edits::text(kGlue, "\tif v.IsErr {\n\t\t*(*uint8)(p) = 1\n",
                        "\tif v.IsErr {\n\t\t*(*uint8)(p) = 0\n")),
  };
}

}  // namespace fficheck
