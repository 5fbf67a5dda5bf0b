// Garbage collection: G rows.
#include <string>

#include "properties/faults/edits.h"
#include "properties/faults/faults.h"

namespace fficheck {
namespace {

constexpr const char* kGlue = R"(guest/c\d+_glue\.go)";
constexpr const char* kMemory = R"(guest/ffirt/memory\.go)";
constexpr const char* kValues = R"(guest/ffirt/values\.go)";

/// The table of what the host allocated holds numbers, which the collector does not follow.
Edit unrooted() {
  return edits::all({
      edits::text(kMemory, "\tat    unsafe.Pointer //", "\tat    uintptr //"),
      edits::text(kMemory, "Address(held[index].at)", "uint32(held[index].at)"),
      edits::text(kMemory, "block{p, size, class}", "block{uintptr(p), size, class}"),
      edits::text(kMemory, "(*byte)(b.at)", "(*byte)(unsafe.Pointer(b.at))"),
      edits::text(kMemory, "(*byte)(before.at)", "(*byte)(unsafe.Pointer(before.at))"),
      edits::text(kMemory, "[b.class], b.at)", "[b.class], unsafe.Pointer(b.at))"),
      edits::text(kMemory, "b.at == nil", "b.at == 0"),
      edits::text(kMemory, "\treturn b.at\n", "\treturn unsafe.Pointer(b.at)\n"),
      edits::text(kValues, "\treturn b.at\n", "\treturn unsafe.Pointer(b.at)\n"),
  });
}

/// A payload is kept as bytes, where the collector sees no pointer, while others are lifted.
Edit hidden() {
  return edits::all({
      edits::lines(kGlue, "ffirt.String(", R"(\{Value: ffirt\.String\((.*)\)\}$)",
                   "{Value: ffirt.Hidden($1)}"),
      edits::text(kValues, "// Numbers lifts a list",
                  "// Hidden lifts a string into bytes first.\n"
                  "func Hidden(s Slice) string {\n"
                  "\tvar payload [2]uintptr\n"
                  "\tlifted := append(make([]byte, 0, s.Len+16), String(s)...)\n"
                  "\tpayload[0], payload[1] = uintptr(unsafe.Pointer(unsafe.SliceData(lifted))), "
                  "uintptr(len(lifted))\n"
                  "\tlifted = nil\n"
                  "\tif OnRealloc != nil {\n\t\tOnRealloc()\n\t}\n"
                  "\treturn unsafe.String((*byte)(unsafe.Pointer(payload[0])), int(payload[1]))\n"
                  "}\n\n// Numbers lifts a list"),
  });
}

constexpr const char* kCall = R"(go/ffirt/call\.go)";
constexpr const char* kSend = "\tcode := C.ffirt_call(c.library, C.uint32_t(c.method), ";

}  // namespace

std::vector<Fault> gc_faults() {
  return {
      {.id = "G4",
       .target = "go",
       .sentence = "The number of a call is held as a Go pointer.",
       .property = "consume",
       .shows = Fault::Shows::Crash,
       .edit = edits::text(kCall, kSend,
                           "\tnumber := unsafe.Pointer(user & 1023)\n\t_ = "
                           "*(*unsafe.Pointer)(unsafe.Pointer(&number))\n" +
                               std::string(kSend)),
       .leg = "checkptr"},
      {.id = "G5",
       .target = "go",
       .sentence = "C is given a Go pointer to a Go pointer that is not pinned.",
       .property = "consume",
       .shows = Fault::Shows::Crash,
       .edit = edits::all(
           {edits::text(kCall, kSend,
                        "\tholder := &struct {\n\t\targs unsafe.Pointer\n\t\ttext *string\n"
                        "\t}{args, new(string)}\n" +
                            std::string(kSend)),
            edits::text(kCall, "C.uintptr_t(user), args)\n\treleaseArena(",
                        "C.uintptr_t(user), unsafe.Pointer(holder))\n\treleaseArena(")})},
      {.id = "G1",
       .target = "wasm-go",
       .sentence = "Memory that the host allocated is not held until it is lifted.",
       .property = "consume",
       .edit = unrooted()},
      {.id = "G2",
       .target = "wasm-go",
       .sentence =
           "The payload of a variant lies among bytes, where the collector sees no pointer.",
       .property = "consume",
       .edit = hidden()},
  };
}

}  // namespace fficheck
