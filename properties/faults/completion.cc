// Completion and callbacks: C rows.
#include <string>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

using Shows = Fault::Shows;

constexpr const char* kCalls = R"(native/ffi_runtime_calls\.c)";
constexpr const char* kRuntime = R"(native/ffi_runtime\.c)";

}  // namespace

std::vector<Fault> completion_faults() {
  return {
      {.id = "C1",
       .target = "go",
       .sentence = "A result is delivered twice.",
       .property = "completion",
       .shows = Shows::NoAnswer,
       .edit = edits::text(kCalls, "  call->callback(ret, msg, len, call->userData);\n",
                           "  call->callback(ret, msg, len, call->userData);\n"
                           "  call->callback(ret, msg, len, call->userData);\n")},
      {.id = "C4",
       .target = "go",
       .sentence = "The end of a call without result is never told.",
       .property = "balance",
       .shows = Shows::NoAnswer,
       .edit = edits::text(kCalls, "  call->callback(ret, msg, len, call->userData);\n",
                           "  if (call->function->form == FFI_FORM_NONE && !is_create &&\n"
                           "      !call->function->error_is_text)\n"
                           "    return;\n"
                           "  call->callback(ret, msg, len, call->userData);\n")},
      {.id = "C6",
       .target = "go",
       .sentence = "Each context leaves a descriptor open.",
       .property = "balance",
       .shows = Shows::Leak,
       .edit = edits::all(
           {edits::text(kRuntime, "#include <string.h>\n",
                        "#include <string.h>\n#include <unistd.h>\n"),
            edits::text(kRuntime, "  FFI_COUNT(live_contexts, 1);\n",
                        "  FFI_COUNT(live_contexts, 1);\n  if (dup(2) < 0)\n    return NULL;\n")})},
  };
}

}  // namespace fficheck
