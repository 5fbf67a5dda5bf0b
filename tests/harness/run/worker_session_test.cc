#include "harness/run/worker_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/core/value_stream.h"
#include "harness/core/witness.h"
#include "tests/harness/run/fake_batch.h"

namespace fficheck {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr std::uint64_t kTrigger = 13;  ///< as seed or as times: the fake worker misbehaves
constexpr std::uint64_t kFail = 14;     ///< as seed: the fake worker tells a failure

Result<std::unique_ptr<Session>> start(const std::string& how,
                                       milliseconds call_limit = milliseconds(10'000)) {
  static const Schema schema = testing_support::fake_schema();
  const BatchEntry entry{"c0", &schema};
  WorkerOptions options{.command = {FFICHECK_FAKE_WORKER, how}, .call_limit = call_limit};
  options.start_limit = how == "never-start" ? milliseconds(300) : milliseconds(20'000);
  return WorkerSession::start(options, {&entry, 1});
}

std::unique_ptr<Session> started(const std::string& how,
                                 milliseconds call_limit = milliseconds(10'000)) {
  Result<std::unique_ptr<Session>> session = start(how, call_limit);
  EXPECT_TRUE(session.ok()) << session.error().text();
  return session.ok() ? std::move(session).value() : nullptr;
}

template <class T>
T answered(Answer<T> answer) {
  if (const auto* lost = std::get_if<WorkerLoss>(&answer)) {
    ADD_FAILURE() << "worker lost: " << lost->detail;
    return T();
  }
  return std::get<T>(std::move(answer));
}

template <class T>
WorkerLoss lost(const Answer<T>& answer) {
  const auto* loss = std::get_if<WorkerLoss>(&answer);
  EXPECT_NE(loss, nullptr) << "the worker answered";
  return loss == nullptr ? WorkerLoss{} : *loss;
}

TEST(WorkerSession, EveryRequestIsAnsweredWithWhatTheWorkerHolds) {
  const std::unique_ptr<Session> session = started("good");
  ASSERT_NE(session, nullptr);
  const Schema schema = testing_support::fake_schema();
  const Function& f = schema.functions()[0];

  EXPECT_EQ(answered(session->open(0)).text, "opened");
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<Value> args = stream_args(schema, f, seed);
    const CallOutcome outcome = answered(session->call(0, 0, args, 1));
    ASSERT_EQ(outcome.status, CallOutcome::Status::Ok) << outcome.text;
    ASSERT_TRUE(outcome.result);
    EXPECT_TRUE(equal(*outcome.result, args[0]));
    EXPECT_EQ(outcome.callee_witness, witness_args(schema, f, args));
    EXPECT_EQ(outcome.args_after, witness_args(schema, f, args));
  }
  const Counters counters = answered(session->counters());
  EXPECT_EQ(counters.at("total_calls"), std::int64_t{1} << 40);
  EXPECT_EQ(counters.at("odd"), -1);
  answered(session->trim());
  const CallOutcome closed = answered(session->close(0));
  EXPECT_EQ(closed.status, CallOutcome::Status::Failure);
  EXPECT_EQ(closed.text, std::string("no\0pe", 5));
}

TEST(WorkerSession, PipelinedAnswersComeInTheOrderOfTheRequests) {
  const std::unique_ptr<Session> session = started("good");
  ASSERT_NE(session, nullptr);
  // Megabytes both ways: neither side may wait for the other to read.
  std::vector<BulkRequest> requests;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    requests.push_back({.function = static_cast<std::uint32_t>(i % 2),
                        .law = BulkLaw::Echo,
                        .seed = i % 3 == 0 ? kFail : 0,
                        .first = i,
                        .count = 2000 + i});
  }
  const std::vector<Answer<BulkOutcome>> answers = session->bulk_all(requests);
  ASSERT_EQ(answers.size(), requests.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const BulkOutcome outcome = answered(answers[i]);
    EXPECT_EQ(outcome.held, 2000 + i);
    EXPECT_EQ(outcome.errs, i % 2);
    EXPECT_EQ(outcome.digest, ~std::uint64_t{0});
    EXPECT_EQ(outcome.failed, i % 3 == 0 ? std::optional<std::uint64_t>(i + 3) : std::nullopt);
  }
}

struct Misbehaviour {
  const char* how;
  WorkerLoss::How loss;
  const char* detail;
};

class Misbehaving : public testing::TestWithParam<Misbehaviour> {};

TEST_P(Misbehaving, IsALossThatLastsUntilRestart) {
  const auto& [how, loss, detail] = GetParam();
  const std::unique_ptr<Session> session = started(how, milliseconds(400));
  ASSERT_NE(session, nullptr);
  const std::vector<BulkRequest> requests = {
      {.seed = 1, .count = 1}, {.seed = kTrigger, .count = 1}, {.seed = 2, .count = 1}};
  const std::vector<Answer<BulkOutcome>> answers = session->bulk_all(requests);
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answered(answers[0]).held, 1u);
  EXPECT_EQ(lost(answers[1]).how, loss);
  EXPECT_THAT(lost(answers[1]).detail, HasSubstr(detail));
  EXPECT_THAT(lost(answers[1]).detail, HasSubstr(std::string("about to ") + how));
  EXPECT_THAT(lost(answers[2]).detail, HasSubstr(detail));
  EXPECT_THAT(lost(session->open(0)).detail, HasSubstr(detail));

  ASSERT_TRUE(session->restart().ok());
  EXPECT_EQ(answered(session->open(0)).text, "opened");
  const std::vector<Value> args =
      stream_args(testing_support::fake_schema(), testing_support::fake_schema().functions()[0], 1);
  EXPECT_EQ(lost(session->call(0, 0, args, kTrigger)).how, loss);
}

INSTANTIATE_TEST_SUITE_P(
    WorkerSession, Misbehaving,
    testing::Values(Misbehaviour{"crash", WorkerLoss::How::Crashed, "signal 11"},
                    Misbehaviour{"exit", WorkerLoss::How::Crashed, "exit status 5"},
                    Misbehaviour{"end", WorkerLoss::How::Protocol, "ended with status 0"},
                    Misbehaviour{"close", WorkerLoss::How::Protocol, "closed the wire"},
                    Misbehaviour{"hang", WorkerLoss::How::Hung, "time limit"},
                    Misbehaviour{"garbage", WorkerLoss::How::Protocol, "malformed CBOR"},
                    Misbehaviour{"huge", WorkerLoss::How::Protocol, "4294967295 bytes"},
                    Misbehaviour{"deep", WorkerLoss::How::Protocol, "CBOR"},
                    Misbehaviour{"wrong-type", WorkerLoss::How::Protocol, "malformed CBOR"},
                    Misbehaviour{"truncate", WorkerLoss::How::Crashed, "exit status 6"}),
    [](const auto& info) {
      std::string name = info.param.how;
      std::erase(name, '-');
      return name;
    });

TEST(WorkerSession, AWorkerThatWorksIsNotHungForWantOfAProcessor) {
  const std::unique_ptr<Session> session = started("toil", milliseconds(400));
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(answered(session->bulk({.seed = kTrigger, .count = 1})).held, 1u);
}

TEST(WorkerSession, AWorkerThatDoesNotGreetIsNoInputErrorAndOneOfAnotherBatchIsTheEnvironments) {
  for (const auto& [how, blame] :
       {std::pair("never-start", Blame::Worker), std::pair("other-batch", Blame::Environment)}) {
    const Result<std::unique_ptr<Session>> session = start(how);
    ASSERT_FALSE(session.ok()) << how;
    EXPECT_EQ(session.error().blame, blame);
    EXPECT_THAT(session.error().text(), HasSubstr("fake_worker"));
  }
}

TEST(WorkerSession, SessionsLeaveNoDescriptorBehind) {
  const auto descriptors = [] {
    const std::filesystem::directory_iterator fds("/proc/self/fd");
    return std::distance(begin(fds), end(fds));
  };
  started("good");
  const auto before = descriptors();
  for (int i = 0; i < 5; ++i) {
    const std::unique_ptr<Session> session = started("crash");
    ASSERT_NE(session, nullptr);
    (void)session->bulk({.seed = kTrigger, .count = 1});
    ASSERT_TRUE(session->restart().ok());
  }
  EXPECT_EQ(descriptors(), before);
}

}  // namespace
}  // namespace fficheck
