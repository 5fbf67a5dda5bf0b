// A session that outlives its workers: notes each loss, and restarts before the next request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harness/run/target.h"

namespace fficheck {

/// A worker's loss and the request that it did not answer.
struct SeenLoss {
  WorkerLoss loss;
  std::optional<BulkRequest> bulk;  ///< where that was a bulk request
};

/// Forwards to a session. Where a worker was lost, or forget_worker() asked for it, the next
/// request gets a fresh worker first. A worker that ends or hangs before it says hello is a loss of
/// the request that needed it. One that cannot be started, or not in so many attempts in a row, is
/// an Error of the environment, kept in broken(); requests are then answered by that loss.
class WatchedSession final : public Session {
 public:
  explicit WatchedSession(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  Answer<CallOutcome> open(std::uint32_t schema) override;
  Answer<CallOutcome> close(std::uint32_t schema) override;
  Answer<CallOutcome> call(std::uint32_t schema, std::uint32_t function,
                           const std::vector<Value>& args, unsigned times) override;
  Answer<BulkOutcome> bulk(const BulkRequest& request) override;
  std::vector<Answer<BulkOutcome>> bulk_all(std::span<const BulkRequest> requests) override;
  Answer<ScriptOutcome> script(const ScriptRequest& request) override;
  Answer<Counters> counters() override;
  Answer<std::monostate> trim() override;
  void limit_calls(std::chrono::milliseconds limit) override { session_->limit_calls(limit); }
  Result<void> restart() override;

  static constexpr int kStarts = 4;  ///< attempts in a row

  /// The next request gets a fresh worker.
  void forget_worker() { stale_ = true; }
  /// The first loss since the last call of this function.
  [[nodiscard]] std::optional<SeenLoss> take_loss() { return std::exchange(loss_, std::nullopt); }
  /// Workers given up so far because they did not answer in time.
  [[nodiscard]] std::uint64_t hangs() const { return hangs_; }
  [[nodiscard]] const std::optional<Error>& broken() const { return broken_; }

 private:
  /// Absent where a worker is there; else the loss to answer with.
  [[nodiscard]] std::optional<WorkerLoss> prepare(const BulkRequest* bulk = nullptr);
  void note(const WorkerLoss& loss, const BulkRequest* bulk = nullptr);
  template <class T>
  Answer<T> watched(Answer<T> answer, const BulkRequest* bulk = nullptr) {
    if (const auto* loss = std::get_if<WorkerLoss>(&answer)) note(*loss, bulk);
    return answer;
  }

  std::unique_ptr<Session> session_;
  std::optional<SeenLoss> loss_;
  std::optional<Error> broken_;
  bool stale_ = false;
  int failed_starts_ = 0;  ///< in a row
  std::uint64_t hangs_ = 0;
};

/// "worker crashed: signal 11 ...": what a loss is called in a message, on one line.
[[nodiscard]] std::string describe_loss(const WorkerLoss& loss);

}  // namespace fficheck
