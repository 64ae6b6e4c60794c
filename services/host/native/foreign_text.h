// Text of a foreign library as a value of ours: a copy of exactly as many bytes as it says, since nothing ends it.
#pragma once

#include <string>
#include <string_view>

namespace status::host::native {

// What is not UTF-8 as a whole has `?` for each byte beyond ASCII.
std::string copy_text(std::string_view text);

}  // namespace status::host::native
