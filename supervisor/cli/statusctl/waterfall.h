// One call and the calls made for it, drawn below each other on one scale of time. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "ipc/base/value.h"

namespace status::cli {

// `records`: a list of what `supervisor.flight` gives of one trace. Both ends' records of a call are one line. Each
// line has the module that answers, the method, how long it took and where that time went; a bar of `width` characters
// shows when: · on the way, q queue, h handler, p persist, b backend, o other modules, ? unknown.
std::string waterfall(const Value::Array& records, std::size_t width = 60);

}  // namespace status::cli
