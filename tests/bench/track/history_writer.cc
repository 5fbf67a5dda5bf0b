// Adds nights of 50 rows to the history argv[1] until it is killed; prints how many it has added.
#include <cstdio>

#include "tests/bench/track/rows.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto history = fficheck::History::open(argv[1]);
  if (!history.ok()) return 1;
  const std::size_t before = history.value().size().value() / 50;
  for (std::size_t n = before;; ++n) {
    std::vector<fficheck::HistoryRow> rows;
    for (int i = 0; i < 50; ++i)
      rows.push_back(fficheck::row_of(n, 0.1, "one", "b" + std::to_string(i)));
    const auto added = history.value().add(rows);
    if (!added.ok()) {
      std::fprintf(stderr, "%s\n", added.error().text().c_str());
      return 1;
    }
    std::printf("%zu\n", n + 1);
    std::fflush(stdout);
  }
}
