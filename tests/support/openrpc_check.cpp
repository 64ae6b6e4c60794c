#include "tests/support/openrpc_check.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "ipc/api/openrpc.h"
#include "ipc/base/codec.h"

namespace status::test {
namespace {

constexpr std::size_t kShownLines = 60;

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

using Lines = std::vector<std::string_view>;

void append_lines(std::string& out, std::string_view sign, Lines::const_iterator begin, Lines::const_iterator end) {
  const auto count = static_cast<std::size_t>(end - begin);
  for (std::size_t i = 0; i < std::min(count, kShownLines); ++i)
    out.append(sign).append(begin[static_cast<long>(i)]).append("\n");
  if (count > kShownLines)
    out.append(sign).append("… ").append(std::to_string(count - kShownLines)).append(" more lines\n");
}

}  // namespace

std::string line_difference(std::string_view committed, std::string_view current) {
  const Lines before = split_lines(committed);
  const Lines after = split_lines(current);
  const auto [before_begin, after_begin] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  if (before_begin == before.end() && after_begin == after.end()) return {};
  auto before_end = before.end();
  auto after_end = after.end();
  while (before_end != before_begin && after_end != after_begin && before_end[-1] == after_end[-1]) {
    --before_end;
    --after_end;
  }
  std::string out = "from line " + std::to_string(before_begin - before.begin() + 1) + ":\n";
  append_lines(out, "- ", before_begin, before_end);
  append_lines(out, "+ ", after_begin, after_end);
  return out;
}

testing::AssertionResult matches_committed(const api::Interface& interface, const std::string& path) {
  const std::string file = std::string(STATUS_SOURCE_DIR) + "/" + path;
  const std::string current = to_json(api::openrpc_document(interface), true) + "\n";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in a test program changes the environment
  if (std::getenv("UPDATE_OPENRPC") != nullptr) {
    std::ofstream(file) << current;
  }
  std::ifstream stream(file);
  const std::string committed{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream && committed == current) return testing::AssertionSuccess();
  return testing::AssertionFailure() << path << (stream ? " differs from the interface " : " cannot be read ")
                                     << "(UPDATE_OPENRPC=1 writes it anew)\n"
                                     << line_difference(committed, current);
}

}  // namespace status::test
