// Who may include whom, as the architecture says, and which headers stay where. Pure; any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/layout/source_tree.h"

namespace status::test {

// By folder of a module ("services/chat"): the folders of the modules that its manifest requires.
using Requirements = std::map<std::string, std::set<std::string>>;

// One line for each include that the architecture does not allow: "metrics/x.h:3: includes ... ".
std::vector<std::string> include_violations(const SourceFile& file, const Requirements& requirements);

// Includes of slow headers outside the few .cpp files that may have them.
std::vector<std::string> heavy_header_violations(const SourceFile& file);

}  // namespace status::test
