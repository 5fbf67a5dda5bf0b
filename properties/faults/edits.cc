#include "properties/faults/edits.h"

#include <algorithm>
#include <memory>
#include <regex>
#include <utility>

namespace fficheck::edits {
namespace {

/// Compiled once, shared by all copies of an edit.
std::shared_ptr<const std::regex> compile(const std::string& pattern) {
  return std::make_shared<const std::regex>(pattern, std::regex::optimize);
}

Error nothing(const std::string& what, const std::string& files) {
  return input_error("nothing to edit: no " + what + " in " + files);
}

/// Applies `rewrite` to each of the files; an Error where it changes none.
Result<FileSet> rewrite_files(FileSet files, const std::regex& paths, const Rewrite& rewrite,
                              const Error& otherwise) {
  bool changed = false;
  for (auto& [path, text] : files) {
    if (!std::regex_match(path, paths)) continue;
    std::optional<std::string> edited = rewrite(text);
    if (!edited || *edited == text) continue;
    text = *std::move(edited);
    changed = true;
  }
  if (!changed) return otherwise;
  return files;
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string join(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out.append(line).append("\n");
  return out;
}

Edit whole(std::string files, Rewrite rewrite) {
  return [paths = compile(files), files = std::move(files),
          rewrite = std::move(rewrite)](FileSet set) {
    return rewrite_files(std::move(set), *paths, rewrite, nothing("place for it", files));
  };
}

Edit lines(std::string files, std::string mark, std::string pattern, std::string replacement) {
  return [paths = compile(files), found = compile(pattern), files = std::move(files),
          mark = std::move(mark), pattern = std::move(pattern),
          replacement = std::move(replacement)](FileSet set) {
    const Rewrite rewrite = [&](const std::string& text) -> std::optional<std::string> {
      if (text.find(mark) == std::string::npos) return std::nullopt;
      std::string out;
      for (const std::string& line : lines_of(text)) {
        out += line.find(mark) == std::string::npos ? line
                                                    : std::regex_replace(line, *found, replacement);
        out += '\n';
      }
      return out;
    };
    return rewrite_files(std::move(set), *paths, rewrite, nothing(pattern, files));
  };
}

Edit text(std::string files, std::string from, std::string to) {
  return [paths = compile(files), files = std::move(files), from = std::move(from),
          to = std::move(to)](FileSet set) {
    const Rewrite rewrite = [&](const std::string& before) -> std::optional<std::string> {
      std::string out;
      std::size_t at = 0;
      for (std::size_t next = 0; (next = before.find(from, at)) != std::string::npos;
           at = next + from.size()) {
        out.append(before, at, next - at).append(to);
      }
      if (at == 0) return std::nullopt;
      return out.append(before, at);
    };
    return rewrite_files(std::move(set), *paths, rewrite, nothing("\"" + from + "\"", files));
  };
}

Edit blocks(std::string files, std::string first, std::string last, Rewrite rewrite) {
  return [paths = compile(files), begins = compile(first), files = std::move(files),
          first = std::move(first), last = std::move(last),
          rewrite = std::move(rewrite)](FileSet set) {
    const Rewrite in_file = [&](const std::string& text) -> std::optional<std::string> {
      std::string out;
      std::string block;
      bool inside = false;
      for (const std::string& line : lines_of(text)) {
        inside = inside || std::regex_search(line, *begins);
        (inside ? block : out).append(line).append("\n");
        if (!inside || line != last) continue;
        out += rewrite(block).value_or(block);
        block.clear();
        inside = false;
      }
      return out + block;
    };
    return rewrite_files(std::move(set), *paths, in_file, nothing(first, files));
  };
}

Edit all(std::vector<Edit> edits) {
  return [edits = std::move(edits)](FileSet files) -> Result<FileSet> {
    for (const Edit& edit : edits) {
      FFICHECK_TRY(files, edit(std::move(files)));
    }
    return files;
  };
}

Edit perhaps(Edit edit) {
  return [edit = std::move(edit)](FileSet files) -> Result<FileSet> {
    Result<FileSet> edited = edit(files);
    return edited.ok() ? std::move(edited) : Result<FileSet>(std::move(files));
  };
}

Edit without_assertions() {
  return all({perhaps(lines(R"(go/layout\.go)", "const _", R"(^const _ = -\(unsafe.*$)", "")),
              perhaps(lines(R"(go/layout\.go)", "import", R"(^import "unsafe"$)", "")),
              perhaps(lines(R"((native|guest|go/shim)/.*\.[ch])", "_Static_assert",
                            R"(^_Static_assert\(.*$)", ""))});
}

}  // namespace fficheck::edits
