#include "harness/run/watched_session.h"

#include <string>

namespace fficheck {

std::optional<WorkerLoss> WatchedSession::prepare(const BulkRequest* bulk) {
  if (!stale_) return std::nullopt;
  if (!broken_) {
    Result<void> started = session_->restart();
    if (started.ok()) {
      stale_ = false;
      failed_starts_ = 0;
      return std::nullopt;
    }
    if (started.error().blame == Blame::Worker && ++failed_starts_ < kStarts) {
      WorkerLoss loss{WorkerLoss::How::Crashed, started.error().message};
      note(loss, bulk);
      return loss;
    }
    broken_ = std::move(started).error();
  }
  return WorkerLoss{WorkerLoss::How::Protocol, "no new worker: " + broken_->text()};
}

void WatchedSession::note(const WorkerLoss& loss, const BulkRequest* bulk) {
  stale_ = true;
  if (loss.how == WorkerLoss::How::Hung) ++hangs_;
  if (loss_) return;
  loss_ = SeenLoss{loss, std::nullopt};
  if (bulk != nullptr) loss_->bulk = *bulk;
}

Answer<CallOutcome> WatchedSession::open(std::uint32_t schema) {
  if (auto loss = prepare()) return *loss;
  return watched(session_->open(schema));
}

Answer<CallOutcome> WatchedSession::close(std::uint32_t schema) {
  if (auto loss = prepare()) return *loss;
  return watched(session_->close(schema));
}

Answer<CallOutcome> WatchedSession::call(std::uint32_t schema, std::uint32_t function,
                                         const std::vector<Value>& args, unsigned times) {
  if (auto loss = prepare()) return *loss;
  return watched(session_->call(schema, function, args, times));
}

Answer<BulkOutcome> WatchedSession::bulk(const BulkRequest& request) {
  if (auto loss = prepare(&request)) return *loss;
  return watched(session_->bulk(request), &request);
}

std::vector<Answer<BulkOutcome>> WatchedSession::bulk_all(std::span<const BulkRequest> requests) {
  if (auto loss = prepare(requests.empty() ? nullptr : &requests.front()))
    return std::vector<Answer<BulkOutcome>>(requests.size(), *loss);
  std::vector<Answer<BulkOutcome>> answers = session_->bulk_all(requests);
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (const auto* loss = std::get_if<WorkerLoss>(&answers[i]))
      note(*loss, i < requests.size() ? &requests[i] : nullptr);
  return answers;
}

Answer<ScriptOutcome> WatchedSession::script(const ScriptRequest& request) {
  if (auto loss = prepare()) return *loss;
  return watched(session_->script(request));
}

Answer<Counters> WatchedSession::counters() {
  if (auto loss = prepare()) return *loss;
  return watched(session_->counters());
}

Answer<std::monostate> WatchedSession::trim() {
  if (auto loss = prepare()) return *loss;
  return watched(session_->trim());
}

Result<void> WatchedSession::restart() {
  stale_ = true;
  if (const auto loss = prepare()) return broken_ ? *broken_ : worker_error(loss->detail);
  return {};
}

std::string describe_loss(const WorkerLoss& loss) {
  std::string out;
  switch (loss.how) {
    case WorkerLoss::How::Crashed: out = "worker crashed: "; break;
    case WorkerLoss::How::Hung: out = "worker hung: "; break;
    case WorkerLoss::How::Protocol: out = "worker broke the protocol: "; break;
  }
  for (const char c : loss.detail.substr(0, 2000)) out += c == '\n' ? ' ' : c;
  return out;
}

}  // namespace fficheck
