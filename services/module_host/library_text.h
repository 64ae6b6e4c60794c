// Texts that a library gives. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace status::module_host {

// What it says to people: cut at 4 KiB, and UTF-8.
std::string printable(std::string_view text);

// [a-z][a-z0-9_]{0,63}
bool is_word(std::string_view text);

}  // namespace status::module_host
