// The two sessions of a worker over one guest: where they differ by a byte, the call fails, with
// the bytes of both.
#include "targets/wasm/wasm_worker.h"

#include <gmock/gmock.h>

#include "tests/targets/wasm/guest_batch.h"

namespace fficheck {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kWit = R"(package fficheck:bytes;
interface api {
  echo-byte: func(b: u8) -> u8;
  consume-texts: func(l: list<string>) -> u64;
}
world library { export api; }
)";

/// A host that lifts the lowest bit of each u8 wrongly.
class LiftsOneBitWrongly final : public HostAbi {
 public:
  Value lift_scalar(Kind kind, std::uint64_t bits, bool* valid) const override {
    return HostAbi::lift_scalar(kind, kind == Kind::U8 ? bits ^ 1 : bits, valid);
  }
};

/// A host that, asked for one more block of two bytes, changes a byte of the one before.
class LowersOneByteWrongly final : public HostAbi {
 public:
  std::optional<Trap> realloc(GuestMemory& memory, std::uint32_t old, std::uint32_t old_size,
                              std::uint32_t align, std::uint32_t new_size,
                              std::uint32_t* out) const override {
    auto trap = HostAbi::realloc(memory, old, old_size, align, new_size, out);
    if (trap || new_size != 2) return trap;
    if (before_ != 0) memory.bytes()[before_] ^= 1;
    before_ = before_ == 0 ? *out : 0;
    return trap;
  }

 private:
  mutable std::uint32_t before_ = 0;
};

class TwoSessions : public ::testing::Test {
 protected:
  std::unique_ptr<WasmWorker> worker(const HostAbi& abi) {
    const auto bytes = read_file(built_.module);
    EXPECT_TRUE(bytes.ok());
    auto out = WasmWorker::load({bytes.value().begin(), bytes.value().end()}, batch_.schemas,
                                StringEncoding::Utf8, abi);
    EXPECT_TRUE(out.ok()) << out.error().text();
    return std::move(out).value();
  }
  CallOutcome call(WasmWorker& worker, std::uint32_t function, const Value& arg) {
    auto outcome = worker.call(0, function, {arg}, 1);
    EXPECT_TRUE(outcome.ok()) << outcome.error().text();
    return std::move(outcome).value();
  }
  const Value byte_ = Value::natural(5);
  const Value texts_ = Value::sequence({Value::string("ab"), Value::string("cd")});

 private:
  static testing::Batch one() {
    testing::Batch batch;
    batch.schemas.push_back(testing::schema_of(kWit));
    return batch;
  }
  testing::Batch batch_ = one();
  testing::Built built_ = testing::build(batch_);
};

TEST_F(TwoSessions, ThatAgreeSayNothing) {
  const auto honest = worker(HostAbi::canonical());
  for (const auto& [function, arg] : {std::pair(0u, &byte_), std::pair(1u, &texts_)}) {
    const CallOutcome outcome = call(*honest, function, *arg);
    EXPECT_EQ(outcome.status, CallOutcome::Status::Ok) << outcome.text;
  }
}

TEST_F(TwoSessions, AByteOfAResultThatDiffersIsAFailureWithTheBytesOfBoth) {
  const LiftsOneBitWrongly abi;
  const CallOutcome outcome = call(*worker(abi), 0, byte_);
  EXPECT_EQ(outcome.status, CallOutcome::Status::Failure);
  const std::size_t component = outcome.text.find("of the component session's");
  ASSERT_NE(component, std::string::npos) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("core session 4, component session 5"));
  EXPECT_THAT(outcome.text.substr(0, component), HasSubstr("1 bytes: 04\n"));
  EXPECT_THAT(outcome.text.substr(component), HasSubstr("1 bytes: 05"));
}

TEST_F(TwoSessions, AByteOfAnArgumentThatDiffersIsAFailureWithTheBytesOfBoth) {
  const LowersOneByteWrongly abi;
  const CallOutcome outcome = call(*worker(abi), 1, texts_);
  EXPECT_EQ(outcome.status, CallOutcome::Status::Failure);
  const std::size_t reference = outcome.text.find("by the reference");
  ASSERT_NE(reference, std::string::npos) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("witness of its arguments differs"));
  EXPECT_THAT(outcome.text.substr(0, reference),
              AllOf(HasSubstr("2 bytes: 6062\n"), HasSubstr("2 bytes: 6364\n")));
  EXPECT_THAT(outcome.text.substr(reference),
              AllOf(HasSubstr("2 bytes: 6162\n"), HasSubstr("2 bytes: 6364")));
}

TEST_F(TwoSessions, ABulkRunThatCrossesBothStopsWhereTheyDiffer) {
  const LiftsOneBitWrongly abi;
  BulkRequest request;
  request.law = BulkLaw::Call;
  request.count = 32;
  const auto outcome = worker(abi)->bulk(request);
  ASSERT_TRUE(outcome.ok()) << outcome.error().text();
  EXPECT_EQ(outcome.value().failed, 0u);
}

}  // namespace
}  // namespace fficheck
