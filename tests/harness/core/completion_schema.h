// A schema with everything that completion scripts need.
#pragma once

#include "harness/core/text.h"

namespace fficheck::testing {

inline Schema completion_schema() {
  return parse_schema(R"(package fficheck:laws;

interface types {
  record note { text: string, n: s64 }
}

interface host {
  use types.{note};
  ask-text: func(s: string) -> string;
  ask-either: func(a: u32, b: list<string>) -> result<u64, string>;
  ask-nothing: func();
  on-noted: func(n: note);
  on-other: func(n: note);
}

interface api {
  use types.{note};
  create: func(plan: u64, name: string) -> result<_, string>;
  task-0: func(plan: u64, salt: u64) -> u64;
  task-1: func(plan: u64, salt: u64, n: note) -> result<note, string>;
  echo-note: func(n: note) -> note;
}

world library {
  import host;
  export api;
}
)",
                      "completion.wit")
      .value();
}

}  // namespace fficheck::testing
