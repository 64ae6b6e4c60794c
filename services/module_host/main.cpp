#include <cstdio>

#include "services/host/service_main.h"
#include "services/module_host/definition.h"

int main() {
  // Standard output is the log: line by line, and not when some buffer is full.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  return status::host::service_main(status::module_host::define);
}
