// Content topics: `/[generation/]application/version/name/encoding` (specs: 23/WAKU2-TOPICS). Plain values, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ipc/base/result.h"

namespace status::waku {

inline constexpr std::size_t kMaxContentTopicBytes = 512;

struct ContentTopic {
  std::string application;
  std::string version;
  std::string name;
  std::string encoding;

  friend bool operator==(const ContentTopic&, const ContentTopic&) = default;
};

// Only generation 0 exists, written or left out. Errors: INVALID_ARGUMENT `waku.invalid_content_topic`, naming the part
// that is wrong.
Result<ContentTopic> parse_content_topic(std::string_view text);

// Without the generation.
std::string to_text(const ContentTopic& topic);

}  // namespace status::waku
