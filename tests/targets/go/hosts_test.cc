#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/core/schema.h"
#include "harness/core/text.h"
#include "harness/run/files.h"
#include "harness/run/process.h"
#include "targets/go/go_target.h"
#include "targets/go/package.h"
#include "targets/native/emit.h"

namespace fficheck {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const fs::path kLibrary = FFICHECK_SOURCE_DIR "/tests/targets/go/hosts";

std::string client_of(const std::string& wit, Abi abi = Abi::Native) {
  const Result<Schema> schema = parse_schema(wit, "test.wit");
  EXPECT_TRUE(schema.ok()) << schema.error().text();
  return emit_go_product(schema.value(), abi, {"lib", ""}).at("go/client.go");
}

std::string world(const std::string& imports, const std::string& exports = "nop: func();") {
  return "package a:b;\ninterface hosts {\n" + imports + "\n}\ninterface api {\n" + exports +
         "\n}\nworld w {\n  import hosts;\n  export api;\n}\n";
}

TEST(HostsTest, AStringFunctionHasTheSeedsForm) {
  const std::string client =
      client_of(world("fetch-token: func(key: string) -> result<string, string>;"));
  EXPECT_THAT(client, HasSubstr("func (c *Client) SetFetchToken(host func(key string) (string, "
                                "error)) error {"));
  EXPECT_THAT(client, HasSubstr("key := ffirt.Text(req, n)"));
  EXPECT_THAT(client, HasSubstr("answer.Text(result)"));
  EXPECT_THAT(client, Not(HasSubstr("OutcomeOf")));
}

TEST(HostsTest, AnEventHasAListenerThatIsRemoved) {
  const std::string client = client_of(world("record e { n: u8 }\non-fired: func(event: e);"));
  EXPECT_THAT(client, HasSubstr("func (c *Client) OnFired(listener func(event E)) (remove func(), "
                                "err error) {"));
  EXPECT_THAT(client, Not(HasSubstr("SetOnFired")));
}

TEST(HostsTest, WhatLooksLikeAnEventButIsNoneIsAHostFunction) {
  const std::string client = client_of(world("on-number: func(n: u32);\non-two: func() -> u8;"));
  EXPECT_THAT(client, HasSubstr("SetOnNumber(host func(n_ uint32) error) error"));
  EXPECT_THAT(client, HasSubstr("SetOnTwo(host func() (uint8, error)) error"));
}

TEST(HostsTest, MethodsComeInTwoForms) {
  const std::string client = client_of(world("", "wait: func(ms: u32) -> u32;"));
  EXPECT_THAT(client, HasSubstr("Wait(ms uint32) (uint32, error)"));
  EXPECT_THAT(client, HasSubstr("WaitContext(ctx context.Context, ms uint32) (uint32, error)"));
}

TEST(HostsTest, NamesOfTheSchemaComeFirst) {
  const std::string client = client_of(world("x: func();\non-y: func();",
                                             "set-x: func();\nwait: func();\nwait-context: func();"
                                             "\nset-on-y-context: func();\nclose: func();"));
  for (const char* method : {"SetX()", "SetX_(host", "SetX_Context(host", "Wait()", "WaitContext()",
                             "WaitContext_(ctx", "WaitContextContext(ctx", "SetOnYContext()",
                             "SetOnY(host", "SetOnYContext_(host", "Close_()", "Close()"})
    EXPECT_THAT(client, HasSubstr(std::string("func (c *Client) ") + method)) << method;
}

TEST(HostsTest, TheNimDialectSplitsListsAndOptions) {
  const std::string client = client_of(
      world("f: func(some: list<string>) -> u8;\ng: func(a: option<s64>, host: list<u8>) -> bool;"),
      Abi::Nim);
  EXPECT_THAT(client, HasSubstr("raw := (*rawFRequest)(ffirt.Sized(req, n, 16))"));
  EXPECT_THAT(client, HasSubstr("raw := (*rawGRequest)(ffirt.Sized(req, n, 32))"));
}

/// Runs a command and shows what it says where it fails.
void expect_success(const fs::path& dir, std::vector<std::string> command,
                    std::vector<std::pair<std::string, std::string>> environment = {}) {
  ProcessOptions options;
  options.command = std::move(command);
  options.environment = std::move(environment);
  options.environment.emplace_back("GOFLAGS", "-buildvcs=false");
  options.environment.emplace_back("GOWORK", "off");
  options.dir = dir;
  const auto end = run_process(options, std::chrono::seconds(600));
  ASSERT_TRUE(end.ok()) << end.error().text();
  EXPECT_TRUE(end.value().success()) << options.command[0] << " " << end.value().how() << "\n"
                                     << end.value().out << end.value().err;
}

/// The product of tests/targets/go/hosts, built, beside its tests.
class HostsLibrary {
 public:
  HostsLibrary() { make(); }
  [[nodiscard]] fs::path native() const { return dir_->path() / "native"; }
  [[nodiscard]] fs::path go() const { return dir_->path() / "go"; }
  [[nodiscard]] fs::path test() const { return dir_->path() / "test"; }

 private:
  void make() {
    const auto wit = read_file(kLibrary / "api.wit");
    ASSERT_TRUE(wit.ok());
    const Result<Schema> schema = parse_schema(wit.value(), "api.wit");
    ASSERT_TRUE(schema.ok()) << schema.error().text();
    auto made = TempDir::create("fficheck-go-hosts");
    ASSERT_TRUE(made.ok());
    dir_.emplace(std::move(made).value());
    FileSet files = emit_product(schema.value(), Abi::Native, {"api", ""});
    files.merge(emit_go_product(schema.value(), Abi::Native, {"api", ""}));
    files["test/go.mod"] =
        "module hosts\n\ngo 1.24\n\nrequire api v0.0.0\n\nreplace api => ../go\n";
    for (const char* name : {"support_test.go", "hosts_test.go", "life_test.go"}) {
      const auto text = read_file(kLibrary / name);
      ASSERT_TRUE(text.ok()) << name;
      files[std::string("test/") + name] = text.value();
    }
    ASSERT_TRUE(write_files(dir_->path(), files).ok());
    expect_success(native(), {"sh", "-c",
                              "gcc -std=c11 -O1 -g -Wall -Wextra -Werror -fPIC -shared -pthread "
                              "-I. -o libapi.so *.c " +
                                  (kLibrary / "handlers.c").string()});
  }
  std::optional<TempDir> dir_;
};

TEST(HostsTest, AProductWithHostFunctionsAndEventsKeepsItsLaws) {
  const HostsLibrary library;
  if (HasFatalFailure()) return;
  expect_success(library.go(), {"go", "vet", "./..."});
  expect_success(library.go(), {"sh", "-c", "test -z \"$(gofmt -l .)\""});
  expect_success(library.test(), {"go", "vet", "./..."});
  expect_success(library.test(), {"go", "test", "-count=1", "."});
  expect_success(library.test(), {"go", "test", "-count=1", "-gcflags=all=-d=checkptr", "."},
                 {{"GOMAXPROCS", "1"}});
  expect_success(library.test(), {"go", "test", "-count=1", "."},
                 {{"GOEXPERIMENT", "cgocheck2"}, {"GODEBUG", "invalidptr=1,gccheckmark=0"}});
  expect_success(library.test(), {"go", "test", "-count=1", "-race", "."},
                 {{"GORACE", "halt_on_error=1"}});
}

}  // namespace
}  // namespace fficheck
