#include "properties/bulk_property.h"

#include <algorithm>

#include "harness/core/value_stream.h"

namespace fficheck {
namespace {

std::string named(const Function& f, const std::string& problem) { return f.name + ": " + problem; }

/// The loss of a worker at one bulk run, on a worker of its own: what came before has no part in
/// it. Absent where it answers.
std::optional<WorkerLoss> loses(const Subject& subject, const BulkRequest& request) {
  if (!subject.session.restart().ok() || make_ready(subject)) return std::nullopt;
  Answer<BulkOutcome> answer = subject.session.bulk(request);
  if (auto* loss = std::get_if<WorkerLoss>(&answer)) return std::move(*loss);
  return std::nullopt;
}

}  // namespace

std::vector<BulkRequest> BulkProperty::plan(const Subject& subject) const {
  std::vector<BulkRequest> out;
  const std::vector<Function>& functions = subject.schema.functions();
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    const Function& f = functions[i];
    if (!is_callable(subject.schema, f) || !rules_.applies(subject.schema, f)) continue;
    // Without arguments every call is the same: a few show whether it can be made again.
    const std::uint64_t most = std::min(subject.values, rules_.most_values);
    const std::uint64_t wanted = f.params.empty() ? std::min<std::uint64_t>(most, 4) : most;
    BulkRequest request{.schema = subject.index,
                        .function = i,
                        .law = rules_.law,
                        .seed = function_seed(subject.seed, i, rules_.law),
                        .first = 0,
                        .count = std::min(wanted, kCheckedValues)};
    if (request.count == 0) continue;
    out.push_back(request);
    request.first = request.count;
    request.count = wanted - request.count;
    if (request.count > 0) out.push_back(request);
  }
  return out;
}

std::optional<Verdict> BulkProperty::refuse(const Subject& subject) const {
  const std::string_view reason = rules_.unfit == nullptr ? "" : rules_.unfit(subject);
  if (reason.empty()) return std::nullopt;
  return skip(std::string(reason));
}

Verdict BulkProperty::check(const Subject& subject) const {
  if (std::optional<Verdict> refused = refuse(subject)) return *refused;
  const std::vector<BulkRequest> requests = plan(subject);
  if (requests.empty()) return skip(std::string(rules_.nothing));
  if (std::optional<Verdict> unready = make_ready(subject)) return *unready;
  const std::vector<Answer<BulkOutcome>> answers = subject.session.bulk_all(requests);
  Verdict out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (const auto* loss = std::get_if<WorkerLoss>(&answers[i])) {
      return explain_loss(subject, requests, i, *loss);
    }
    const auto& outcome = std::get<BulkOutcome>(answers[i]);
    if (const auto problem = judge_bulk(subject, requests[i], outcome)) {
      return explain(subject, requests[i], outcome, *problem);
    }
    out.values += outcome.held;
    out.errs += outcome.errs;
  }
  return out;
}

Verdict BulkProperty::explain(const Subject& subject, const BulkRequest& request,
                              const BulkOutcome& outcome, const std::string& problem) const {
  if (outcome.failed && *outcome.failed >= request.first &&
      *outcome.failed - request.first < request.count) {
    return explain_value(subject, request, *outcome.failed, problem);
  }
  if (!outcome.failed && outcome.held == request.count) {
    return explain_stream(subject, request, problem);
  }
  return fail(named(subject.schema.functions()[request.function], problem),
              {bulk_step(subject, request)});
}

Verdict BulkProperty::explain_value(const Subject& subject, const BulkRequest& request,
                                    std::uint64_t index, const std::string& problem) const {
  const Function& f = subject.schema.functions()[request.function];
  std::vector<Value> args = bulk_args(subject, request, index);
  if (std::optional<Verdict> unready = make_ready(subject)) return *unready;
  if (const auto shown = try_call(subject, request.function, args, times())) {
    return fail(named(f, *shown), {call_step(f, std::move(args), times())});
  }
  // Not seen by a call alone: alone in a bulk run, or only in company.
  BulkRequest one = request;
  one.first = index;
  one.count = 1;
  const Answer<BulkOutcome> answer = subject.session.bulk(one);
  const auto* alone = std::get_if<BulkOutcome>(&answer);
  if (alone == nullptr || judge_bulk(subject, one, *alone)) {
    return fail(named(f, problem), {bulk_step(subject, one)});
  }
  return fail(named(f, problem + " (holds when it is sent alone)"), {bulk_step(subject, request)});
}

/// The worker finds that all hold, but for other values than the C++ stream gives.
Verdict BulkProperty::explain_stream(const Subject& subject, const BulkRequest& request,
                                     const std::string& problem) const {
  const Function& f = subject.schema.functions()[request.function];
  BulkRequest one = request;
  one.count = 1;
  for (std::uint64_t i = 0; i < request.count; ++i) {
    one.first = request.first + i;
    Answer<BulkOutcome> answer = subject.session.bulk(one);
    const auto* outcome = std::get_if<BulkOutcome>(&answer);
    if (outcome == nullptr) break;
    if (const auto shown = judge_bulk(subject, one, *outcome)) {
      return fail(named(f, "both sides agree on another value than the specification's, #" +
                               std::to_string(one.first) + ": " + *shown),
                  {bulk_step(subject, one)});
    }
  }
  return fail(named(f, problem), {bulk_step(subject, request)});
}

Verdict BulkProperty::explain_loss(const Subject& subject, std::span<const BulkRequest> requests,
                                   std::size_t lost, const WorkerLoss& loss) const {
  // Each function's whole run, the one whose answer is missing first.
  std::vector<BulkRequest> candidates;
  for (const BulkRequest& request : requests) {
    if (candidates.empty() || candidates.back().function != request.function) {
      candidates.push_back(request);
    } else {
      candidates.back().count += request.count;
    }
  }
  std::stable_partition(candidates.begin(), candidates.end(), [&](const BulkRequest& candidate) {
    return candidate.function == requests[lost].function;
  });
  // A hang costs a time limit for each try.
  if (loss.how == WorkerLoss::How::Hung)
    candidates.resize(std::min<std::size_t>(8, candidates.size()));
  for (const BulkRequest& candidate : candidates) {
    if (auto again = loses(subject, candidate)) {
      return narrow_loss(subject, candidate, std::move(*again));
    }
  }
  std::vector<Step> steps;
  for (const BulkRequest& request : requests) steps.push_back(bulk_step(subject, request));
  const Function& f = subject.schema.functions()[requests[lost].function];
  return fail(named(f, loss_line(loss) + " (answers when each function is tried alone)"),
              std::move(steps));
}

Verdict BulkProperty::narrow_loss(const Subject& subject, BulkRequest request,
                                  WorkerLoss loss) const {
  const Function& f = subject.schema.functions()[request.function];
  while (request.count > 1) {
    BulkRequest left = request;
    left.count = request.count / 2;
    BulkRequest right = request;
    right.first += left.count;
    right.count -= left.count;
    if (auto again = loses(subject, left)) {
      loss = std::move(*again);
      request = left;
    } else if (auto also = loses(subject, right)) {
      loss = std::move(*also);
      request = right;
    } else {
      return fail(named(f, loss_line(loss) + " (within " + std::to_string(request.count) +
                               " values, in neither half alone)"),
                  {bulk_step(subject, request)});
    }
  }
  std::vector<Value> args = bulk_args(subject, request, request.first);
  if (std::optional<Verdict> unready = make_ready(subject)) return *unready;
  if (const auto shown = try_call(subject, request.function, args, times())) {
    return fail(named(f, *shown), {call_step(f, std::move(args), times())});
  }
  return fail(named(f, "value #" + std::to_string(request.first) + ": " + loss_line(loss)),
              {bulk_step(subject, request)});
}

BulkLaw BulkProperty::law_for(const Schema& schema, const Function& function) const {
  return rules_.applies(schema, function) ? rules_.law : law_of(schema, function);
}

Verdict BulkProperty::replay(const Subject& subject, const std::vector<Step>& steps) const {
  if (std::optional<Verdict> refused = refuse(subject)) return *refused;
  if (std::optional<Verdict> unready = make_ready(subject)) return *unready;
  Verdict out;
  for (const Step& step : steps) {
    BulkLaw law = rules_.law;
    if (step.kind != Step::Kind::Cycle) {
      const std::optional<std::uint32_t> f = find_function(subject.schema, step.function);
      if (!f) return broken("the schema has no function " + step.function);
      law = law_for(subject.schema, subject.schema.functions()[*f]);
    }
    if (const auto problem = run_step(subject, step, law, out.values)) {
      return fail(step.function.empty() ? *problem : step.function + ": " + *problem, steps);
    }
  }
  if (out.values == 0) return skip("the script compares nothing");
  return out;
}

std::optional<std::string> run_step(const Subject& subject, const Step& step, BulkLaw law,
                                    std::uint64_t& compared) {
  if (step.kind == Step::Kind::Cycle) {
    for (std::uint64_t i = 0; i < step.count; ++i) {
      for (const auto& answer :
           {subject.session.close(subject.index), subject.session.open(subject.index)}) {
        if (const auto* loss = std::get_if<WorkerLoss>(&answer)) return loss_line(*loss);
        const auto& outcome = std::get<CallOutcome>(answer);
        if (outcome.status == CallOutcome::Status::Failure) {
          return "creating or destroying the context: " + outcome.text;
        }
      }
    }
    compared += step.count;
    return std::nullopt;
  }
  const std::optional<std::uint32_t> function = find_function(subject.schema, step.function);
  if (!function) return "the schema has no function " + step.function;
  if (step.kind == Step::Kind::Bulk) {
    const BulkRequest request{.schema = subject.index,
                              .function = *function,
                              .law = law,
                              .seed = step.seed,
                              .first = 0,
                              .count = step.count};
    const Answer<BulkOutcome> answer = subject.session.bulk(request);
    if (const auto* loss = std::get_if<WorkerLoss>(&answer)) return loss_line(*loss);
    compared += std::get<BulkOutcome>(answer).held;
    return judge_bulk(subject, request, std::get<BulkOutcome>(answer));
  }
  ++compared;
  return try_call(subject, *function, step.args, step.kind == Step::Kind::Repeat ? 2 : 1);
}

}  // namespace fficheck
