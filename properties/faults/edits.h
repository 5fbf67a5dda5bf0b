// What edits of generated files are made of. Patterns are ECMAScript regular expressions; a file's
// path must match as a whole, a line's pattern need only occur in it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/run/fault.h"

namespace fficheck::edits {

/// New text of a file or of a block, or nothing where it stays as it is.
using Rewrite = std::function<std::optional<std::string>(const std::string& text)>;

/// Replaces the pattern ("$1": its groups) wherever it occurs in a line of these files; `mark` is a
/// plain text that such a line holds, to find it quickly.
[[nodiscard]] Edit lines(std::string files, std::string mark, std::string pattern,
                         std::string replacement);
/// Replaces a text, which may be of several lines, wherever it occurs in these files.
[[nodiscard]] Edit text(std::string files, std::string from, std::string to);
/// Rewrites whole files.
[[nodiscard]] Edit whole(std::string files, Rewrite rewrite);
/// Rewrites blocks: from a line that matches `first` to the next that is `last`.
[[nodiscard]] Edit blocks(std::string files, std::string first, std::string last, Rewrite rewrite);
/// One after the other; each must find something.
[[nodiscard]] Edit all(std::vector<Edit> edits);
/// The same, but finds something also where the edit finds nothing.
[[nodiscard]] Edit perhaps(Edit edit);

/// Takes out the layout assertions of generated code: for defects of layout that shall be seen by
/// the values, as they were in generators that assert nothing.
[[nodiscard]] Edit without_assertions();

/// In Go, the first two fields of one scalar type of each record stand for each other wherever the
/// record is lifted or lowered. The types of schema c017 are in DIR c017 TYPES ("go/c017.go"), the
/// functions in DIR c017 FUNCTIONS.
[[nodiscard]] Edit swapped_fields(std::string dir, std::string types, std::string functions);

/// The lines of a text, without line ends.
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);
[[nodiscard]] std::string join(const std::vector<std::string>& lines);

}  // namespace fficheck::edits
