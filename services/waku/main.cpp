#include "services/host/service_main.h"
#include "services/waku/module.h"

int main() { return status::host::service_main(status::waku::module()); }
