// Where a node lives when nobody says otherwise.
#pragma once

#include <string>

namespace status::supervisor {

// STATUS_DATA_DIR, else .local/share/status in HOME; empty where neither is set. No other variable counts (WIRE.md
// section 7).
std::string default_data_dir();

}  // namespace status::supervisor
