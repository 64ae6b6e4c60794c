#include "ipc/control/loaded_object.h"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace status::ipc::control {

bool find_object(std::uint64_t address, ObjectRecord& out) {
  dl_find_object found{};
  if (::_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return false;
  const auto* first = static_cast<const std::uint8_t*>(found.dlfo_map_start);
  out.start = reinterpret_cast<std::uint64_t>(found.dlfo_map_start);
  out.end = reinterpret_cast<std::uint64_t>(found.dlfo_map_end);
  out.bias = found.dlfo_link_map->l_addr;
  const auto id = build_id_of({first, out.end - out.start}, out.start - out.bias);
  out.build_id_bytes = static_cast<std::uint32_t>(id.size());
  std::memcpy(out.build_id, id.data(), id.size());
  std::strncpy(out.path, found.dlfo_link_map->l_name, kObjectPathBytes - 1);
  return true;
}

bool find_executable(ObjectRecord& out) {
  if (!find_object(reinterpret_cast<std::uint64_t>(&find_executable), out)) return false;
  return ::readlink("/proc/self/exe", out.path, kObjectPathBytes - 1) > 0;
}

}  // namespace status::ipc::control
