// The little of Markdown that tests of documents read. Plain values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace status::test {

// What stands between two `mark`s, in order: "`" for code, "**" for what is bold.
std::vector<std::string> marked(std::string_view text, std::string_view mark);

// The cells of a table's row, without the spaces around them; none for any other line.
std::vector<std::string> cells_of(std::string_view line);

// "a, b" → {"a", "b"}.
std::vector<std::string> listed(std::string_view text);

}  // namespace status::test
