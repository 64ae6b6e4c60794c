// Linked into executables: NNG sizes its thread pools by the number of processors (14 threads on 2, 88 on 64; TRANSPORT.md section 1.11). An
// executable's own sysconf comes before the C library's, so that NNG counts one (11 threads) and a process stays under 16 on any host.
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>

extern "C" long sysconf(int name) noexcept {
  using Sysconf = long (*)(int);
  static const auto real = reinterpret_cast<Sysconf>(dlsym(RTLD_NEXT, "sysconf"));
  const long value = real(name);
  return name == _SC_NPROCESSORS_ONLN ? std::min(value, 1L) : value;
}
