// Small helpers for texts that name what somebody else wrote. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace status {

// `word` in back-quotes for a message: cut at 64 bytes, control characters and broken UTF-8 replaced, because it may
// come from outside.
std::string in_quotes(std::string_view word);

// The number of code points; empty when the text is not UTF-8 (overlong forms and surrogates are not).
std::optional<std::size_t> count_code_points(std::string_view text);

}  // namespace status
