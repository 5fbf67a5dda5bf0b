// The host's side of the canonical ABI: H rows. What they do is in targets/wasm/faulty_host.
#include <string>
#include <utility>

#include "properties/faults/faults.h"

namespace fficheck {
namespace {

using Shows = Fault::Shows;

Fault fault(const char* id, const char* sentence, const char* property, Shows shows) {
  return {.id = id,
          .target = "wasm-c",
          .sentence = sentence,
          .property = property,
          .shows = shows,
          .host = id,
          .alone = true};
}

Fault in_leg(const char* leg, Fault fault) {
  fault.leg = leg;
  return fault;
}

Fault of_resources(Fault fault) {
  fault.profile = "resources";
  return fault;
}

}  // namespace

std::vector<Fault> host_faults() {
  return {
      fault("L9", "The host does not mask the upper bits of a narrow integer.", "host",
            Shows::WrongValue),
      in_leg("utf16", fault("S4", "The host does not shrink a buffer to what a string took of it.",
                            "host", Shows::WrongValue)),
      in_leg("utf16", fault("S6",
                            "The host takes a string's code units for bytes where the memory ends, "
                            "and reads beyond it.",
                            "host", Shows::Crash)),
      fault("S7", "The host takes strings and lists whose pointer is not aligned.", "host",
            Shows::WrongValue),
      of_resources(fault("R8", "The host takes a borrow handle where own is required.", "resources",
                         Shows::WrongValue)),
      of_resources(fault("R9", "The host takes handles that there are not, or of another resource.",
                         "resources", Shows::WrongValue)),
  };
}

}  // namespace fficheck
