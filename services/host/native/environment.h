// The environment as foreign libraries read it: their configuration is ours to give, and comes in no other way.
#pragma once

#include <string>
#include <vector>

namespace status::host::native {

// Takes out what the libraries would read settings from: CODEX_*, STORAGE_*, NIMBUS_*, WAKUNODE2_*. The names that were
// there. First of all in main: getenv on another thread does not bear it. (statusd gives a module an allow list without
// any of them; this is for whoever else starts the program.)
std::vector<std::string> scrub_environment();

}  // namespace status::host::native
