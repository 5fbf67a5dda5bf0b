#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/cli.h"
#include "harness/core/canonical.h"
#include "harness/core/explain.h"
#include "harness/core/listed.h"
#include "harness/core/names.h"
#include "harness/run/files.h"

namespace fficheck {
namespace {

/// One of `known` by its name.
Result<Abi> parse_abi(const std::string& text, std::initializer_list<Abi> known) {
  std::string names;
  for (const Abi abi : known) {
    if (abi_name(abi) == text) return abi;
    names += (names.empty() ? "" : ", ") + std::string(abi_name(abi));
  }
  return input_error("no ABI is named \"" + text + "\"", {}, "there are: " + names);
}

/// The part that the dialect carries; tells stderr what is left out, and why.
Schema supported_part(const Program& program, const std::string& target, const Schema& schema,
                      Abi abi) {
  std::vector<Function> keep;
  const auto sort = [&](const std::vector<Function>& functions) {
    for (const Function& f : functions) {
      const auto reason = program.unsupported_product(target, schema, f, abi);
      if (!reason)
        keep.push_back(f);
      else
        std::fprintf(stderr, "left out: %s.%s: %s\n", schema.interface().c_str(), f.name.c_str(),
                     reason->c_str());
    }
  };
  sort(schema.functions());
  sort(schema.imports());
  const std::size_t all = schema.functions().size() + schema.imports().size();
  // Only native: the others may have no form for a type that nothing uses.
  return keep.size() == all && abi == Abi::Native ? schema : restrict_to(schema, keep);
}

Result<void> generate(const Program& program, const GenOptions& options) {
  const auto& known = program.product_targets;
  if (std::find(known.begin(), known.end(), options.target) == known.end()) {
    return input_error("no target to generate for is named \"" + options.target + "\"", {},
                       "there are: " + listed(known));
  }
  FFICHECK_TRY(Abi abi, parse_abi(options.abi, {Abi::Native, Abi::Nim}));
  if (options.target.starts_with("wasm-")) abi = Abi::Canonical;
  FFICHECK_TRY(const std::vector<Schema> schemas, read_schemas(options.file));
  std::size_t made = 0;
  for (const Schema& schema : schemas) {
    const Schema part = supported_part(program, options.target, schema, abi);
    if (part.functions().empty()) continue;
    // Several interfaces stand side by side.
    const std::filesystem::path out =
        schemas.size() == 1 ? std::filesystem::path(options.out)
                            : std::filesystem::path(options.out) / snake_case(schema.interface());
    FFICHECK_TRY(const WriteReport report,
                 write_files(out, program.product(options.target, part, abi)));
    std::printf("%s: %zu files written, %zu unchanged\n", out.c_str(), report.written,
                report.unchanged);
    ++made;
  }
  if (made == 0) return input_error("no function that this ABI carries", options.file);
  return {};
}

Result<void> explain_all(const ExplainOptions& options) {
  FFICHECK_TRY(const Abi abi, parse_abi(options.abi, {Abi::Native, Abi::Nim, Abi::Canonical}));
  FFICHECK_TRY(const std::vector<Schema> schemas, read_schemas(options.file));
  if (!options.json) {
    for (const Schema& schema : schemas) std::printf("%s", explain_text(schema, abi).c_str());
    return {};
  }
  nlohmann::json out = nlohmann::json::array();
  for (const Schema& schema : schemas) out.push_back(explain_json(schema, abi));
  if (schemas.size() == 1) out = nlohmann::json(out[0]);
  std::printf("%s\n", out.dump(1).c_str());
  return {};
}

}  // namespace

int gen(const Program& program, const GenOptions& options) {
  const Result<void> done = generate(program, options);
  return done.ok() ? 0 : report_error(done.error());
}

int explain(const ExplainOptions& options) {
  const Result<void> done = explain_all(options);
  return done.ok() ? 0 : report_error(done.error());
}

}  // namespace fficheck
