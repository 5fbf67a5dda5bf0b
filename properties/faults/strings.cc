// Strings, empties, errors: S and E rows.
#include <regex>
#include <string>
#include <utility>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

constexpr const char* kGo = R"(go/c\d+\.go)";
constexpr const char* kArena = R"(go/ffirt/arena\.go)";
constexpr const char* kCall = R"(go/ffirt/call\.go)";
constexpr const char* kValues = R"(native/ffi_runtime_values\.c)";

std::vector<Fault> native() {
  return {
      {.id = "S1",
       .target = "go",
       .sentence = "A string ends at its first NUL.",
       .property = "consume",
       .edit = edits::text(kArena, "func (a *Arena) String(s string) Slice {\n",
                           "func (a *Arena) String(s string) Slice {\n"
                           "\ts, _, _ = strings.Cut(s, \"\\x00\")\n")},
      {.id = "S2",
       .target = "go",
       .sentence = "The library looks for a NUL where it was given a length.",
       .property = "consume",
       .edit = edits::text(kValues, "    char *copy = ffi_rt_alloc(s->len + 1);\n",
                           "    s->len = strlen(s->ptr);\n"
                           "    char *copy = ffi_rt_alloc(s->len + 1);\n")},
      {.id = "S9",
       .target = "go",
       .sentence = "An option of an empty list or string arrives as none.",
       .property = "consume",
       .edit = edits::blocks(kGo, R"(^func lowerC\d+Option\w*\(.* v \*(\[\]\S+|string)\) \{$)", "}",
                             [](const std::string& block) -> std::optional<std::string> {
                               static const std::regex none(R"(if v == nil \{)");
                               return std::regex_replace(block, none,
                                                         "if v == nil || len(*v) == 0 {");
                             })},
      {.id = "E2",
       .target = "go",
       .sentence = "The library's error text is thrown away where a call is refused.",
       .property = "errors",
       .edit = edits::text(kCall, "\t\terr.Origin, err.closed = Refused, closed\n",
                           "\t\terr.Text = \"call failed\"\n"
                           "\t\terr.Origin, err.closed = Refused, closed\n")},
      {.id = "E3",
       .target = "go",
       .sentence = "An error text of the library is taken for success.",
       .property = "errors",
       .edit = edits::text(kCall, "\treturn &Error{Text: Text(msg, n), Origin: Failed}\n}",
                           "\treturn nil\n}")},
  };
}

}  // namespace

std::vector<Fault> string_faults() { return native(); }

}  // namespace fficheck
