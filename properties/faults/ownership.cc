// Ownership and post-return: M rows.
#include <regex>
#include <string>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

using Shows = Fault::Shows;

constexpr const char* kCall = R"(go/ffirt/call\.go)";
constexpr const char* kCalls = R"(native/ffi_runtime_calls\.c)";
constexpr const char* kValues = R"(native/ffi_runtime_values\.c)";
constexpr const char* kRuntime = R"(native/ffi_runtime\.c)";
constexpr const char* kGuest = R"(guest/c\d+_guest\.c)";
constexpr const char* kGuestMemory = R"(guest/ffi_guest_memory\.c)";
constexpr const char* kGlue = R"(guest/c\d+_glue\.go)";
constexpr const char* kGoGuest = R"(guest/c\d+\.go)";
constexpr const char* kGoMemory = R"(guest/ffirt/memory\.go)";
constexpr const char* kGoValues = R"(guest/ffirt/values\.go)";
/// First line of a post-return of a guest in C, and of a function that frees a list.
constexpr const char* kPost = R"(export_name\("cabi_post_)";
constexpr const char* kFreeList = R"(^void c\d+_free_List\w*\()";

Edit in_blocks(const char* files, const char* first, const char* pattern,
               const std::string& replacement) {
  return edits::blocks(files, first, "}",
                       [found = std::regex(pattern), replacement](const std::string& block) {
                         return std::optional(std::regex_replace(block, found, replacement));
                       });
}

Fault fault(const char* id, const char* target, const char* sentence, const char* property,
            Shows shows, Edit edit) {
  return {.id = id,
          .target = target,
          .sentence = sentence,
          .property = property,
          .shows = shows,
          .edit = std::move(edit),
          .alone = (std::string(id) == "M12" && std::string(target) == "ipc") ||
                   std::string(id) == "M7"};
}

/// Post-return frees whatever cabi_realloc gave out since, as a runtime does that takes it for an
/// arena of the export's.
Edit post_return_frees_all() {
  return edits::all({
      edits::text(kGuestMemory, "void ffi_guest_free(void *memory) {\n",
                  "enum { MOST = 65536 };\n"
                  "static void *given[MOST];\n"
                  "static size_t given_count;\n\n"
                  "static void *give(void *memory) {\n"
                  "  if (given_count < MOST)\n    given[given_count++] = memory;\n"
                  "  return memory;\n}\n\n"
                  "void ffi_guest_free(void *memory) {\n"
                  "  for (size_t i = given_count; i-- > 0;)\n"
                  "    if (given[i] == memory) {\n"
                  "      given[i] = given[--given_count];\n      break;\n    }\n"),
      edits::text(kGuestMemory, "    return ffi_guest_alloc(new_size);\n",
                  "    return give(ffi_guest_alloc(new_size));\n"),
      edits::text(kGuestMemory, "  ffi_guest_free(old);\n  return moved;\n",
                  "  ffi_guest_free(old);\n  return give(moved);\n"),
      edits::text(kGuestMemory, "/* ---- what the C library would have ---- */",
                  "void ffi_guest_free_given(void);\nvoid ffi_guest_free_given(void) {\n"
                  "  while (given_count > 0)\n"
                  "    ffi_guest_free(given[given_count - 1]);\n}\n\n"
                  "/* ---- what the C library would have ---- */"),
      in_blocks(kGuest, kPost, R"(\n\}\n$)",
                "\n  extern void ffi_guest_free_given(void);\n  ffi_guest_free_given();\n}\n"),
  });
}

/// Strings are lifted into an arena of the export's, which post-return uses anew.
Edit lifted_until_post_return() {
  return edits::all({
      edits::text(kGoValues,
                  "\ttext := string(unsafe.Slice((*byte)(s.Elements(1)), s.Len))\n"
                  "\ts.Release()\n\treturn text\n",
                  "\ttext := append([]byte(nil), unsafe.Slice((*byte)(s.Elements(1)), s.Len)...)\n"
                  "\ts.Release()\n\tlifted = append(lifted, text)\n"
                  "\treturn unsafe.String(unsafe.SliceData(text), len(text))\n"),
      edits::text(kGoMemory, "\tpending = false\n\tresults.Free()\n",
                  "\tpending = false\n\tresults.Free()\n"
                  "\tfor _, text := range lifted {\n\t\tclear(text)\n\t}\n"
                  "\tlifted = lifted[:0]\n"),
      edits::text(kGoMemory, "// PostReturn gives back",
                  "var lifted [][]byte\n\n// PostReturn gives back"),
  });
}

/// In the library, which one target calls and the other's server.
Fault one_level_deep(const char* target) {
  return fault(
      "M12", target, "Nested allocations are freed one level deep only.", "balance", Shows::Leak,
      edits::text(kValues, "        ffi_rt_disown(part->type, items + i * part->type->size, NULL);",
                  "        (void)i;"));
}

std::vector<Fault> native() {
  return {
      fault(
          "M5", "go", "Lowered arguments are given back before the call, not after it.", "consume",
          Shows::Crash,
          edits::all({edits::text(kCall,
                                  "\treleaseArena(c.Arena) // the library has copied the "
                                  "arguments\n",
                                  ""),
                      edits::text(kCall, "\tcode := C.ffirt_call(",
                                  "\treleaseArena(c.Arena)\n\tTrim()\n\tcode := C.ffirt_call(")})),
      fault("M9", "go", "What a callback was given is not released after it.", "balance",
            Shows::Leak,
            edits::text(R"(native/ffi_provider\.c)", "  ffi_rt_disown(ok, result, NULL);\n", "")),
      fault("M10", "go", "A request that cannot be sent is not released.", "balance", Shows::Leak,
            edits::text(kRuntime, "    return ffi_rt_refuse(callback, userData, FFI_DESTROYED);",
                        "    return ffi_rt_alloc(16),\n"
                        "           ffi_rt_refuse(callback, userData, FFI_DESTROYED);")),
      fault("M11", "go", "The arguments of a call are freed twice.", "balance", Shows::Leak,
            edits::text(kCalls, "    ffi_rt_disown(call->function->args, args_of(call), NULL);\n",
                        "    ffi_rt_disown(call->function->args, args_of(call), NULL),\n"
                        "        ffi_rt_disown(call->function->args, args_of(call), NULL);\n")),
      one_level_deep("go"),
      one_level_deep("ipc"),
  };
}

std::vector<Fault> guest_in_c() {
  return {
      fault("M1", "wasm-c", "Post-return frees nothing.", "post-return", Shows::Leak,
            in_blocks(kGuest, kPost, R"(\n  c\d+_free_\w+\(result\);|\n  ffi_guest_free\w*\(.*\);)",
                      "\n  (void)result;")),
      fault("M1b", "wasm-c", "No post-return is exported.", "post-return", Shows::Leak,
            edits::lines(kGuest, "cabi_post_",
                         R"(__attribute__\(\(export_name\("cabi_post_[^)]*\)\)\) )", "")),
      fault("M2", "wasm-c", "What a result reaches is freed before the host has read it.",
            "produce", Shows::WrongValue,
            edits::whole(
                kGuest,
                [](const std::string& text) -> std::optional<std::string> {
                  // The functions that have a post-return, and how it frees.
                  static const std::regex post(
                      R"((c\d+)_Post(\d+)\(int32_t p0\) \{\n  ffi_guest_post_return\(\);\n)"
                      R"(  \w+ \*result = ffi_guest_at\(p0\);\n  (\w+)\(result\);)");
                  std::string out = text;
                  for (std::sregex_iterator m(text.begin(), text.end(), post), end; m != end; ++m) {
                    const std::string area = "&" + (*m)[1].str() + "_ReturnArea.r" + (*m)[2].str();
                    const std::string from = "  return ffi_guest_address(" + area + ");";
                    const auto at = out.find(from);
                    if (at != std::string::npos)
                      out.insert(at, "  " + (*m)[3].str() + "(" + area + ");\n");
                  }
                  return out;
                })),
      fault("M2b", "wasm-c", "Post-return frees what imports returned, which the guest keeps.",
            "import", Shows::WrongValue, post_return_frees_all()),
      fault("M3", "wasm-c", "The area of a result is allocated for each call and never freed.",
            "post-return", Shows::Leak,
            edits::lines(kGuest, "_ReturnArea.r",
                         R"(^  return ffi_guest_address\(&(c\d+_ReturnArea\.r\d+)\);$)",
                         "  void *area = ffi_guest_alloc(sizeof $1);\n"
                         "  memcpy(area, &$1, sizeof $1);\n"
                         "  return ffi_guest_address(area);")),
      fault(
          "M5", "wasm-c", "The arguments of an import are freed before the call.", "import",
          Shows::WrongValue,
          in_blocks(
              kGuest, R"(^\w+ c\d+_host_\w+\(.*FFIString \w+[,)])",
              R"(\n  (ffi_p\d+ = ffi_guest_address\((\w+)\.ptr\);\n  ffi_p\d+ = \(int32_t\)\2\.len;))",
              "\n  ffi_guest_free_string(&$2);\n  $1")),
      fault("M8", "wasm-c", "realloc allocates at most 16 bytes where there was nothing.",
            "consume", Shows::Crash,
            edits::text(kGuestMemory, "    return ffi_guest_alloc(new_size);\n  Header",
                        "    return ffi_guest_alloc(new_size < 16 ? new_size : 16);\n  Header")),
      fault("M11", "wasm-c", "Post-return frees the result twice.", "post-return", Shows::Leak,
            in_blocks(kGuest, kPost, R"(\n  (c\d+_free_\w+\(result\);))", "\n  $1\n  $1")),
      fault("M12", "wasm-c", "Nested lists are freed one level deep only.", "post-return",
            Shows::Leak,
            in_blocks(kGuest, kFreeList,
                      R"(\n  for \(.*\)\n    (c\d+_free_\w+|ffi_guest_free_string)\(.*\);)", "")),
      fault(
          "L11", "wasm-c", "A list is lowered in place: its caller finds other elements there.",
          "import", Shows::WrongValue,
          in_blocks(
              kGuest, R"(^\w+ c\d+_host_\w+\(.*\bC\d+List\w+ \w+[,)])",
              R"(\n  (ffi_p\d+ = ffi_guest_address\((\w+)\.ptr\);)(?=\n  ffi_p\d+ = \(int32_t\)\2\.len;)([^]*)\n  return ffi_result;)",
              "\n  $1$3\n  if ($2.len)\n    *(unsigned char *)$2.ptr ^= 1;\n"
              "  return ffi_result;")),
  };
}

std::vector<Fault> guest_in_go() {
  return {
      fault("M1", "wasm-go", "Post-return frees nothing.", "post-return", Shows::Leak,
            edits::text(kGoMemory, "\tpending = false\n\tresults.Free()\n", "\tpending = false\n")),
      fault("M2", "wasm-go", "What a result reaches is freed before the host has read it.",
            "produce", Shows::WrongValue,
            edits::lines(kGlue, "ffirt.Address(p)", R"(^\treturn ffirt\.Address\(p\)$)",
                         "\tffirt.Results().Free()\n$&")),
      fault("M2b", "wasm-go", "Strings are lifted into memory that post-return gives back.",
            "import", Shows::WrongValue, lifted_until_post_return()),
      fault("M3", "wasm-go", "The area of a result is allocated for each call and never freed.",
            "post-return", Shows::Leak,
            edits::all(
                {edits::whole(kGlue,
                              [](const std::string& text) {
                                static const std::regex area(R"(\nvar (area\w+) \[\d+\]uint64\n)");
                                static const std::regex back(R"(\n\treturn ffirt\.Address\(p\)\n)");
                                std::smatch m;
                                if (!std::regex_search(text, m, area))
                                  return std::optional<std::string>();
                                return std::optional(std::regex_replace(
                                    text, back,
                                    "\n\treturn ffirt.Address(ffirt.Kept(p, uint32(len(" +
                                        m[1].str() + ")*8)))\n"));
                              }),
                 edits::text(kGoMemory, "// Tuple is the memory",
                             "func Kept(p unsafe.Pointer, size uint32) unsafe.Pointer {\n"
                             "\tq, _ := hold(size, 8)\n"
                             "\tcopy(unsafe.Slice((*byte)(q), size), "
                             "unsafe.Slice((*byte)(p), size))\n"
                             "\treturn q\n}\n\n// Tuple is the memory")})),
      fault("M7", "wasm-go", "What an import's arguments are lowered into is never given back.",
            "import", Shows::Leak, edits::text(kGoGuest, "\tdefer call.Free()\n", "")),
      fault("M8", "wasm-go", "realloc allocates at most 16 bytes.", "consume", Shows::Crash,
            edits::text(kGoMemory, "\t\tp, _ := hold(size, align)\n\t\taddress = Address(p)\n",
                        "\t\tp, _ := hold(min(size, 16), align)\n\t\taddress = Address(p)\n")),
  };
}

}  // namespace

std::vector<Fault> ownership_faults() {
  std::vector<Fault> out = native();
  for (std::vector<Fault> more : {guest_in_c(), guest_in_go()})
    out.insert(out.end(), more.begin(), more.end());
  return out;
}

}  // namespace fficheck
