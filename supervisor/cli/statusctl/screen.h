// A terminal's worth of lines: what explains one thing is to be seen without scrolling.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace status::cli {

class Screen {
 public:
  // Of the terminal on standard output; 80 × 24 where it has no size.
  Screen();
  // `columns` is at least 1.
  Screen(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns) {}

  std::size_t rows() const { return rows_; }

  // One line, cut at the width.
  void add(const std::string& line);
  // At most `most` lines of a list; the last of them says how many are not shown.
  void add(const std::vector<std::string>& lines, std::size_t most, const std::string& what);

  // All lines, each with a line feed.
  const std::string& text() const { return text_; }

 private:
  std::size_t rows_ = 24;
  std::size_t columns_ = 80;
  std::string text_;
};

}  // namespace status::cli
