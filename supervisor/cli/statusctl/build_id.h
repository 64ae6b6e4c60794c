// Which build a program is.
#pragma once

#include <string>

namespace status::cli {

// The build id that the linker wrote into an ELF file of this machine's word size, as hex; empty when there is none.
// Any thread.
std::string build_id_of(const std::string& path);

}  // namespace status::cli
