#include "harness/run/target.h"

#include <array>

namespace fficheck {
namespace {

constexpr std::array kLaws = {BulkLaw::Consume,    BulkLaw::Produce, BulkLaw::Echo,
                              BulkLaw::Repeat,     BulkLaw::Errors,  BulkLaw::Call,
                              BulkLaw::PostReturn, BulkLaw::Import,  BulkLaw::Traps,
                              BulkLaw::Resources,  BulkLaw::Gc,      BulkLaw::Host};

}  // namespace

std::string_view bulk_law_name(BulkLaw law) {
  switch (law) {
    case BulkLaw::Consume: return "consume";
    case BulkLaw::Produce: return "produce";
    case BulkLaw::Echo: return "echo";
    case BulkLaw::Repeat: return "repeat";
    case BulkLaw::Errors: return "errors";
    case BulkLaw::Call: return "call";
    case BulkLaw::PostReturn: return "post-return";
    case BulkLaw::Import: return "import";
    case BulkLaw::Traps: return "traps";
    case BulkLaw::Resources: return "resources";
    case BulkLaw::Gc: return "gc";
    case BulkLaw::Host: return "host";
  }
  return "";
}

std::optional<BulkLaw> bulk_law(std::string_view name) {
  for (const BulkLaw law : kLaws) {
    if (bulk_law_name(law) == name) return law;
  }
  return std::nullopt;
}

Answer<ScriptOutcome> Session::script(const ScriptRequest& /*request*/) {
  return WorkerLoss{WorkerLoss::How::Protocol, "the target runs no completion scripts"};
}

}  // namespace fficheck
