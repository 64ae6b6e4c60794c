// status-gateway: the front door of a node. See gateway.h for what it does and gateway_process.h for how it lives.
#include <unistd.h>

#include "supervisor/gateway/gateway_process.h"

int main() { ::_exit(status::gateway::run_gateway_process()); }
