#include "supervisor/process/memfd.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>

namespace status::supervisor {

Result<UniqueFd> make_memfd(const char* name, std::size_t bytes) {
  UniqueFd file(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0 ||
      ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return fail(errno_error(errno, "memfd"));
  }
  return file;
}

}  // namespace status::supervisor
