// `statusctl top` on a terminal, with the keys that a person presses.
#include <gmock/gmock.h>

#include "tests/integration/blame/blamed.h"
#include "tests/integration/blame/traffic.h"
#include "tests/support/patience.h"
#include "tests/support/terminal.h"

namespace status::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kDown = "\033[B";
constexpr const char* kUp = "\033[A";
constexpr const char* kEscape = "\033";
constexpr const char* kControlC = "\003";

// What is to be seen: the last picture that is complete, line by line.
std::vector<std::string> picture(const std::string& output) {
  const std::string begin = "\033[H";
  const std::size_t end = output.rfind("\033[J");
  const std::size_t start = end == std::string::npos ? end : output.rfind(begin, end);
  std::vector<std::string> lines;
  if (start == std::string::npos) return lines;
  std::string line;
  for (std::size_t i = start + begin.size(); i < end; ++i) {
    if (output.compare(i, 3, "\033[K") == 0) {
      i += 2;
    } else if (output[i] == '\n') {
      lines.push_back(std::exchange(line, ""));
    } else if (output[i] != '\r') {
      line += output[i];
    }
  }
  return lines;
}

class TopScreen : public Blamed {
 protected:
  void SetUp() override {
    Blamed::SetUp();
    traffic_.emplace(node_, Traffic::each({{"waku.info"}}), 10ms);
    top_.emplace(std::vector<std::string>{binary("statusctl"), "--data-dir", node_.data_dir(), "top"},
                 TerminalSize{.rows = 40, .columns = 200});
  }
  bool shows(const std::function<bool(const std::vector<std::string>& lines)>& wanted) {
    return top_->wait_until([&](const std::string& output) { return wanted(picture(output)); }, kPatience);
  }
  // The row of that number, 0 being the first, is that module's.
  bool is_at(std::size_t row, const std::string& module, const std::string& mark = "") {
    return shows([&](const auto& lines) {
      return lines.size() > row + 1 && lines[row + 1].starts_with(mark) &&
             lines[row + 1].find(" " + module + " ") != std::string::npos;
    });
  }
  bool is_chosen(std::size_t row, const std::string& module) { return is_at(row, module, ">"); }
  bool shows_text(const std::string& text, bool there = true) {
    return shows([&](const auto& lines) {
      const bool found =
          std::ranges::any_of(lines, [&](const auto& line) { return line.find(text) != std::string::npos; });
      return !lines.empty() && found == there;
    });
  }

  std::optional<Traffic> traffic_;
  std::optional<Terminal> top_;
};

TEST_F(TopScreen, IsSortedAndAModuleOpenedByKeys) {
  ASSERT_TRUE(shows_text("WHERE TIME GOES")) << top_->output();
  EXPECT_TRUE(is_chosen(0, "chat")) << "by name: " << top_->output();
  top_->type("r");
  EXPECT_TRUE(is_chosen(0, "gateway")) << "by calls a second: " << top_->output();
  EXPECT_TRUE(is_at(1, "waku")) << "once there are more of them than of the start's: " << top_->output();
  top_->type(kDown);
  EXPECT_TRUE(is_chosen(1, "waku")) << top_->output();
  top_->type(kUp);
  EXPECT_TRUE(is_chosen(0, "gateway")) << top_->output();
  top_->type(kDown);
  EXPECT_TRUE(is_chosen(1, "waku")) << top_->output();
  top_->type("\r");
  EXPECT_TRUE(shows_text("waku.info")) << "its slowest calls: " << top_->output();
  top_->type(kEscape);
  EXPECT_TRUE(shows_text("waku.info", false)) << top_->output();
  top_->type("n");
  EXPECT_TRUE(is_chosen(4, "waku")) << "it stays chosen: " << top_->output();
  top_->type("q");
  EXPECT_EQ(top_->wait(kPatience), 0);
  EXPECT_THAT(top_->output(), testing::EndsWith("\033[?1049l")) << "the screen of before";
}

TEST_F(TopScreen, GivesTheTerminalBackOnControlC) {
  ASSERT_TRUE(shows_text("WHERE TIME GOES")) << top_->output();
  EXPECT_FALSE(top_->is_as_ever());
  top_->type(kControlC);
  EXPECT_EQ(top_->wait(kPatience), 0);
  EXPECT_TRUE(top_->is_as_ever());
}

TEST_F(TopScreen, GoesOnOverTheDeathOfTheGateway) {
  ASSERT_TRUE(shows_text("WHERE TIME GOES")) << top_->output();
  const auto before = node_.row("gateway");
  ASSERT_TRUE(before);
  ASSERT_TRUE(node_.kill("gateway"));
  ASSERT_TRUE(node_.await_ready("gateway", before->generation));
  EXPECT_TRUE(shows([&](const auto& lines) {
    return std::ranges::any_of(lines, [](const std::string& line) {
      return line.find(" gateway ") != std::string::npos && line.ends_with(" 1");
    });
  })) << "its restart is counted: "
      << top_->output();
}

}  // namespace
}  // namespace status::test
