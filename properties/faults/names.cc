// Names in generated code: N rows. Each undoes what keeps a name of a schema apart from one of the
// language or of generated code.
#include <string>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

using Shows = Fault::Shows;

constexpr const char* kGo = R"(go/c\d+\.go)";
constexpr const char* kGoGuest = R"(guest/c\d+(_glue)?\.go)";
constexpr const char* kHeader = R"(native/c\d+\.h)";
constexpr const char* kGuest = R"(guest/c\d+_guest\.c)";

/// Takes the mark off names that have it because they would collide.
Edit bare(const char* files, const std::string& names) {
  return edits::lines(files, "_", R"(\b()" + names + R"()_\b)", "$1");
}

constexpr const char* kGoWords =
    "break|case|chan|const|continue|default|defer|else|fallthrough|for|func|go|goto|if|import|"
    "interface|map|package|range|return|select|struct|switch|type|var|len|copy|clear|new|string|"
    "nil";
constexpr const char* kCppWords =
    "class|new|delete|template|typename|namespace|this|public|private|protected|try|catch|throw|"
    "operator|friend|virtual|explicit|mutable|using|export|and|or|not|xor|typeid|final|override|"
    "constexpr|decltype|noexcept|nullptr|wchar_t";

Fault fault(const char* id, const char* target, const char* sentence, const char* profile,
            Edit edit) {
  return {.id = id,
          .target = target,
          .sentence = sentence,
          .property = "compiles",
          .shows = Shows::NoBuild,
          .edit = std::move(edit),
          .profile = profile,
          .alone = true};  // what does not compile is broken, not wrong
}

}  // namespace

std::vector<Fault> name_faults() {
  return {
      fault("N1", "go", "Two enumerators of C get one name, of enums whose names and cases join.",
            "names", edits::lines(kHeader, "_ = ", R"(^  (C\d+_\w+)_ = )", "  $1 = ")),
      fault("N1", "wasm-c", "Locals of the wrapper of an import are named as its parameters are.",
            "names", edits::lines(kGuest, "ffi_", R"(\bffi_(p\d+|result|r)\b)", "$1")),
      fault("N2", "go", "Parameters in the C header keep names that C++ reserves.", "names",
            bare(kHeader, kCppWords)),
      fault("N3", "go", "Names that Go reserves or predeclares are taken as they are.", "names",
            bare(kGo, kGoWords)),
      fault("N3", "wasm-go", "Names that Go reserves or predeclares are taken as they are.",
            "names", bare(kGoGuest, kGoWords)),
      fault("N4", "go", "The tag of a variant is a signed byte.", "wide",
            edits::lines(kGo, "tag uint8", R"(^\ttag(\s+)uint8$)", "\ttag$1int8")),
      fault("N5", "go", "Parameters are named as the method's receiver and locals.", "names",
            bare(kGo, "c|call|args|err|result|ctx")),
  };
}

}  // namespace fficheck
