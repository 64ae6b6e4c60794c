#include "services/host/native/environment.h"
#include "services/host/service_main.h"
#include "services/native/module.h"

int main() {
  status::host::native::scrub_environment();
  return status::host::service_main_beside(status::native::module());
}
