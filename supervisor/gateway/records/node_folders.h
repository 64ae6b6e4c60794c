// Where the files of a node are that the dashboard shows.
#pragma once

#include <string>

namespace status::gateway {

// Empty: there are none to show.
struct NodeFolders {
  std::string data_dir;
  std::string run_dir;
};

}  // namespace status::gateway
