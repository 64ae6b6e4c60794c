#include "services/waku/content_topic.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ipc/base/words.h"

namespace status::waku {
namespace {

constexpr std::string_view kGrammar = "/application/version/name/encoding or /0/application/version/name/encoding";
constexpr std::array<std::string_view, 4> kParts = {"application", "version", "name", "encoding"};

tl::unexpected<Error> invalid(std::string_view topic, std::string_view problem) {
  std::string message = "content topic " + in_quotes(topic) + " ";
  message.append(problem).append("; expected ").append(kGrammar);
  return fail(Code::invalid_argument, "waku.invalid_content_topic", std::move(message));
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t slash; (slash = text.find('/')) != std::string_view::npos; text.remove_prefix(slash + 1)) {
    parts.push_back(text.substr(0, slash));
  }
  parts.push_back(text);
  return parts;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<ContentTopic> parse_content_topic(std::string_view text) {
  if (text.size() > kMaxContentTopicBytes) {
    return invalid(text, "is longer than " + std::to_string(kMaxContentTopicBytes) + " bytes");
  }
  if (!text.starts_with('/')) return invalid(text, "must start with a slash");
  if (!count_code_points(text)) return invalid(text, "is not UTF-8");
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    return invalid(text, "contains a control character");
  }
  std::vector<std::string_view> parts = split(text.substr(1));
  if (parts.size() == kParts.size() + 1) {
    if (!is_number(parts[0])) return invalid(text, "has five parts, but its generation is not a number");
    if (parts[0].find_first_not_of('0') != std::string_view::npos) {
      return invalid(text, "has a generation above 0, which no network supports");
    }
    parts.erase(parts.begin());
  }
  if (parts.size() != kParts.size()) return invalid(text, "has " + std::to_string(parts.size()) + " parts");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) return invalid(text, std::string("has an empty ").append(kParts[i]));
  }
  return ContentTopic{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]), std::string(parts[3])};
}

std::string to_text(const ContentTopic& topic) {
  return "/" + topic.application + "/" + topic.version + "/" + topic.name + "/" + topic.encoding;
}

}  // namespace status::waku
