// What statusd leaves on disk about modules, as others read it: logs and crash records. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ipc/base/value.h"

namespace status::records {

// The newest lines of a log, the oldest of them first, also from the file that was rotated away last. `log`: the file
// that is being written to. A line of JSON is a map, anything else a text. No more than 256 KiB of each file are read.
Value::Array last_log_lines(const std::string& log, std::size_t count);

// A module's records, the newest first, at most `count`; `directory` is <data-dir>/crash/<module>.
std::vector<Value> read_crashes(const std::string& directory, std::size_t count);

}  // namespace status::records
