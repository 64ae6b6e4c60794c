#include "supervisor/cli/statusctl/build_id.h"

#include <fstream>

#include "ipc/base/bytes.h"
#include "ipc/control/build_id.h"

namespace status::cli {

std::string build_id_of(const std::string& path) {
  // The notes are among the first pages.
  std::string head(64 * 1'024, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return to_hex(ipc::control::build_id_of(as_bytes(head)));
}

}  // namespace status::cli
