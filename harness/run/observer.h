// Observers: what the runner tells; only they print or write.
#pragma once

#include <cstdint>
#include <string>

#include "harness/core/case.h"
#include "harness/run/property.h"

namespace fficheck {

struct Failure {
  Case shrunk;
  std::string file;  ///< where it was saved; empty where saving was not asked for
  double seconds_to_shrink = 0;
  std::uint64_t index = 0;   ///< of the case in its campaign
  bool confirmed = true;     ///< failed again when replayed alone
  bool shrink_tried = true;  ///< false: one of many of its kind, saved as it was found
  std::string log;           ///< what the tool printed, where a build stage failed
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void campaign_started(std::uint64_t seed) { (void)seed; }
  virtual void schema_skipped(const std::string& target, const std::string& reason) {
    (void)target, (void)reason;
  }
  virtual void function_skipped(const std::string& target, const std::string& reason) {
    (void)target, (void)reason;
  }
  virtual void schema_checked(const std::string& target) { (void)target; }
  virtual void verdict(const std::string& target, const std::string& property, const Verdict& v) {
    (void)target, (void)property, (void)v;
  }
  virtual void failure(const Failure& f) { (void)f; }
  virtual void note(const std::string& text) { (void)text; }
  virtual void campaign_ended() {}
};

}  // namespace fficheck
