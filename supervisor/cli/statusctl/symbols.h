// Names for the stacks of a crash record. statusd writes where in which file a thread was; what is there is looked up
// here, when somebody asks.
#pragma once

#include <string>
#include <vector>

#include "ipc/base/value.h"

namespace status::cli {

// Adds `functions: [{name, source?}]` to the frames of a crash record's `threads`, the innermost first where calls were
// inlined; `source` is "file.cpp:98". Without one the file has no debug information, and the name is only that of the
// nearest symbol before. A frame stays as it is when its file is gone, was built anew since, has no names,
// or lies below `foreign`: modules write there, and what they wrote is no input for a parser of the operator's.
// By addr2line of binutils; where that is missing nothing is added.
void add_symbols(Value& crash, const std::vector<std::string>& foreign);

}  // namespace status::cli
