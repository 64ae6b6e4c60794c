// status-gateway: the gateway as a process of its own, with its descriptors and its control line.
#pragma once

namespace status::gateway {

// Reads the bootstrap from descriptor 3, runs until it is told to stop or the supervisor is gone, and returns the exit
// code (WIRE.md section 5): 0 asked to stop · 70 its own fault, or no supervisor · 78 its configuration. Nothing is
// torn down: leave with _exit (ipc::Socket::abandon says why). Started by hand it explains itself: 64.
int run_gateway_process();

}  // namespace status::gateway
