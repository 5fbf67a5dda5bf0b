#include "generators/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "harness/core/names.h"
#include "harness/core/text.h"

namespace fficheck {
namespace {

// All are WIT labels; tested.
constexpr auto kKeywordsC = std::to_array<std::string_view>({
    "auto",      "break",        "case",          "char",   "const",    "continue", "default",
    "do",        "double",       "else",          "enum",   "extern",   "float",    "for",
    "goto",      "if",           "inline",        "int",    "long",     "register", "restrict",
    "return",    "short",        "signed",        "sizeof", "static",   "struct",   "switch",
    "typedef",   "union",        "unsigned",      "void",   "volatile", "while",    "alignas",
    "alignof",   "typeof",       "asm",           "bool",   "true",     "false",    "nullptr",
    "constexpr", "thread-local", "static-assert",
});
constexpr auto kKeywordsCpp = std::to_array<std::string_view>({
    "class",    "public",     "private",   "protected", "this",     "template", "typename",
    "new",      "delete",     "try",       "catch",     "throw",    "using",    "namespace",
    "operator", "virtual",    "friend",    "mutable",   "explicit", "export",   "import",
    "module",   "co-await",   "co-return", "requires",  "concept",  "and",      "or",
    "not",      "xor",        "bitand",    "compl",     "and-eq",   "wchar-t",  "decltype",
    "noexcept", "const-cast",
});
constexpr auto kMacrosAndTypesOfC = std::to_array<std::string_view>({
    "errno",    "stdin",   "stdout",    "stderr",       "NULL",         "null",
    "EOF",      "INT-MAX", "INT8-MIN",  "SIZE-MAX",     "UINT64-MAX",   "NAN",
    "INFINITY", "linux",   "unix",      "i386",         "assert",       "offsetof",
    "size-t",   "ssize-t", "int8-t",    "uint64-t",     "ptrdiff-t",    "uintptr-t",
    "FILE",     "environ", "index",     "y0",           "j1",           "div",
    "abs",      "exp",     "log",       "signal",       "read",         "write",
    "open",     "free",    "malloc",    "memcpy",       "strlen",       "printf",
    "stat",     "time",    "clock",     "kill",         "exit",         "abort",
    "isnan",    "SIGINT",  "I",         "complex",      "noreturn",     "va-list",
    "major",    "minor",   "pthread-t", "FFI-CALLBACK", "ffi-callback",
});
constexpr auto kGo = std::to_array<std::string_view>({
    "func",       "go",      "chan",   "defer",   "fallthrough", "interface",     "map",
    "package",    "range",   "select", "type",    "var",         "append",        "cap",
    "clear",      "close",   "copy",   "imag",    "len",         "make",          "max",
    "min",        "panic",   "print",  "println", "real",        "recover",       "any",
    "comparable", "error",   "nil",    "iota",    "byte",        "rune",          "uint",
    "float32",    "uintptr", "string", "init",    "main",        "unsafe",        "runtime",
    "sync",       "fmt",     "errors", "math",    "c",           "context",       "os",
    "go-string",  "unwrap",  "format", "x-test",  "x-linux",     "windows-amd64",
});
constexpr auto kLocals = std::to_array<std::string_view>({
    "n",         "r",
    "h",         "s",
    "i",         "j",
    "p",         "slot",
    "ret",       "ctx",
    "tag",       "ptr",
    "args",      "result",
    "result0",   "ret-area",
    "user-data", "callback",
    "msg",       "data",
    "val",       "value",
    "out",       "in",
    "err",       "ok",
    "some",      "none",
    "payload",   "as",
    "present",   "unused",
    "words",     "f0",
    "f1",        "req",
    "self",      "arena",
    "alloc",     "buf",
    "handle",    "done",
    "lib",       "dst",
    "src",       "elem",
    "item",      "count",
    "list-u8",   "option-string",
    "tuple2",    "result-u8-string",
    "seed",      "witness",
    "stream",
});
// Functions of every library, which a schema's functions must not hide.
constexpr auto kApi = std::to_array<std::string_view>({
    "destroy",
    "add-event-listener",
    "remove-event-listener",
    "register-host-fn",
    "host-complete",
    "ffi-runtime-counters",
    "new",
    "close",
    "open",
    "init",
});
constexpr std::array<std::span<const std::string_view>, 6> kPools = {
    kKeywordsC, kKeywordsCpp, kMacrosAndTypesOfC, kGo, kLocals, kApi};

// Names that WIT keeps apart, and careless mapping may not.
const std::vector<std::vector<std::string>>& families() {
  static const std::vector<std::vector<std::string>> all = {
      {"a", "a-b", "b-c", "c", "b"},
      {"foo", "foo-t", "foo-s", "foo-e"},
      {"x", "x-len", "x-ptr", "x-present", "x-tag"},
      {"get-x", "get", "x0", "set-x", "x"},
      {"v", "v-kind", "v-as", "v-value", "is-v"},
      {"http-URL", "http", "URL", "http-url2"},
      {"list-u8", "list", "u8", "list-list-u8"},
      {"f1", "f11", "f1-2", "f-12-3"},
      {"foo-bar", "foo", "bar", "bar-foo"},
  };
  return all;
}

/// What two names of one scope must not share.
std::string canonical(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '-') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string upper(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

}  // namespace

bool is_hostile(std::string_view name) {
  if (name.size() > 60) return true;
  for (const auto pool : kPools) {
    if (std::ranges::find(pool, name) != pool.end()) return true;
  }
  return std::ranges::any_of(families(), [&](const auto& family) {
    return std::ranges::find(family, name) != family.end();
  });
}

Names::Names(Draw& draw, bool hostile) : draw_(draw), hostile_(hostile) {}

std::string Names::hostile_name(std::vector<std::string>& family) {
  if (!family.empty()) {
    std::string name = std::move(family.back());
    family.pop_back();
    return name;
  }
  if (draw_.chance(20)) {
    family = draw_.pick(families());
    std::ranges::reverse(family);
    return hostile_name(family);
  }
  if (draw_.chance(3)) {
    // Up to the limit of WIT labels, less what `claim` may append.
    const std::string_view word = draw_.pick(kKeywordsCpp);
    const std::size_t size = draw_.range(64, kMaxNameLength - 8);
    std::string name(word);
    while (name.size() + 1 + word.size() <= size) name += "-" + std::string(word);
    return name;
  }
  std::string name(draw_.pick(draw_.pick(kPools)));
  return draw_.chance(6) ? upper(name) : name;
}

std::string Names::Scope::claim(const std::string& name) {
  std::string wanted = name;
  for (unsigned n = 2; !taken_.insert(canonical(wanted)).second; ++n) {
    wanted = name + "-x" + std::to_string(n);
  }
  return wanted;
}

std::string Names::Scope::next(const std::string& plain) {
  if (names_.hostile_ && (!family_.empty() || names_.draw_.chance(60))) {
    return claim(names_.hostile_name(family_));
  }
  return claim(plain + std::to_string(taken_.size()));
}

std::string Names::Scope::with_prefix(const std::string& prefix, std::size_t number) {
  if (names_.hostile_ && names_.draw_.chance(20)) {
    return claim(prefix + "-" + std::string(names_.draw_.pick(kLocals)));
  }
  return claim(prefix + "-" + std::to_string(number));
}

}  // namespace fficheck
