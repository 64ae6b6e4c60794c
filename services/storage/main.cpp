#include "services/host/service_main.h"
#include "services/storage/module.h"

int main() { return status::host::service_main(status::storage::module()); }
