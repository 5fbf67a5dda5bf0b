// What a campaign tells a person: a progress line on a terminal, plain lines elsewhere, failures as
// they are found, and a table at the end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "harness/cli.h"
#include "harness/run/campaign.h"

namespace fficheck {

class Progress final : public Observer {
 public:
  /// `cases`, `time`: when the campaign ends, as in CampaignConfig; `targets`: how many.
  Progress(const Program& program, std::optional<std::uint64_t> cases,
           std::optional<std::chrono::seconds> time, std::size_t targets);
  ~Progress() override;

  void campaign_started(std::uint64_t seed) override;
  void schema_skipped(const std::string& target, const std::string& reason) override;
  void schema_checked(const std::string& target) override;
  void verdict(const std::string& target, const std::string& property, const Verdict& v) override;
  void failure(const Failure& f) override;
  void note(const std::string& text) override;
  void campaign_ended() override;

 private:
  using Clock = std::chrono::steady_clock;
  void tick();
  [[nodiscard]] std::string line() const;
  void clear_line();

  const Program& program_;
  std::optional<std::uint64_t> cases_;
  std::optional<std::chrono::seconds> time_;
  std::size_t targets_;
  bool terminal_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  bool shown_ = false;  ///< a progress line stands on the terminal
  Clock::time_point started_ = Clock::now();
  std::uint64_t schemas_ = 0;  ///< of all targets, skipped ones too
  std::uint64_t values_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t told_ = 0;  ///< failures printed in full
  std::thread ticker_;
};

/// The table of a campaign's end, on stdout.
void print_summary(const Program& program, const CampaignResult& result);
/// Why a case fails and how to see it again, on stdout.
void print_failure(const Program& program, const Failure& failure);

}  // namespace fficheck
