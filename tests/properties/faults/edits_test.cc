#include "properties/faults/edits.h"

#include <gtest/gtest.h>

namespace fficheck {
namespace {

const FileSet kFiles = {{"go/c000.go", "func a() {\n\tx = 1\n}\nfunc b() {\n\tx = 2\n}\n"},
                        {"native/c000.h", "double x;\n_Static_assert(sizeof(int) == 4, \"\");\n"}};

std::string after(const Edit& edit, const std::string& file) {
  Result<FileSet> edited = edit(kFiles);
  return edited.ok() ? edited.value().at(file) : "error: " + edited.error().text();
}

TEST(Edits, LinesChangeOnlyWhereFileMarkAndPatternFit) {
  EXPECT_EQ(after(edits::lines(R"(go/.*)", "x", R"(x = (\d))", "y = $1"), "go/c000.go"),
            "func a() {\n\ty = 1\n}\nfunc b() {\n\ty = 2\n}\n");
}

TEST(Edits, AnEditThatFindsNothingIsAnError) {
  for (const Edit& edit :
       {edits::lines("go/.*", "x", "z", "y"), edits::lines("go", "x", "x", "y"),
        edits::text("go/.*", "z", "y"), edits::text("go/.*", "x", "x"),
        edits::blocks("go/.*", "^func z", "}", [](const std::string&) { return "y"; }),
        edits::blocks("go/.*", "^func a", "}", [](const std::string& b) { return b; }),
        edits::all({edits::text("go/.*", "x", "y"), edits::text("go/.*", "x", "y")})}) {
    const Result<FileSet> edited = edit(kFiles);
    ASSERT_FALSE(edited.ok());
    EXPECT_NE(edited.error().text().find("nothing to edit"), std::string::npos);
  }
}

TEST(Edits, BlocksReachFromTheirFirstLineToTheirLast) {
  EXPECT_EQ(after(edits::blocks("go/.*", "^func b", "}", [](const std::string&) { return "B\n"; }),
                  "go/c000.go"),
            "func a() {\n\tx = 1\n}\nB\n");
}

TEST(Edits, PerhapsLeavesWhatItCannotChange) {
  EXPECT_EQ(after(edits::perhaps(edits::text("go/.*", "z", "y")), "native/c000.h"),
            kFiles.at("native/c000.h"));
}

TEST(Edits, AssertionsGo) {
  EXPECT_EQ(after(edits::without_assertions(), "native/c000.h"), "double x;\n\n");
}

}  // namespace
}  // namespace fficheck
