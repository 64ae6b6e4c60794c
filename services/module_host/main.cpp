#include "services/host/service_main.h"
#include "services/module_host/definition.h"

int main() { return status::host::service_main(status::module_host::define); }
