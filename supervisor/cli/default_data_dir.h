// Where a node lives when nobody says otherwise.
#pragma once

#include <string>

namespace status::supervisor {

// STATUS_DATA_DIR, else $XDG_DATA_HOME/status, else ~/.local/share/status (XDG Base Directory Specification).
std::string default_data_dir();

}  // namespace status::supervisor
