#include "services/host/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>

namespace status::host {

Status forbid_dumps() {
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail(errno_error(errno, "prctl(PR_SET_DUMPABLE, 0)"));
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return fail(errno_error(errno, "setrlimit(RLIMIT_CORE, 0)"));
  if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(Code::internal, "os.error", "the process is still dumpable after PR_SET_DUMPABLE 0");
  }
  return {};
}

}  // namespace status::host
