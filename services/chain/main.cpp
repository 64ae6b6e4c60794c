#include "services/chain/module.h"
#include "services/host/service_main.h"

int main() { return status::host::service_main(status::chain::module()); }
