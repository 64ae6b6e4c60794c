// How many threads NNG calls back on.
#pragma once

namespace status::ipc {

// Leaves NNG one task thread of the two that it makes at least. One message takes several tasks, and what is spread
// over two threads costs a wake-up and a wait for NNG's locks at each of them: with 64 calls in flight a process spends
// half as much again on each call (build/release/bin/ipc_bench, before and after). From NNG 1.7 on that is a setting;
// here a callback that does not return keeps the second thread for the life of the process.
//
// So a callback must never wait for another callback, which it must not anyway (TRANSPORT.md section 1.5). Once a
// process, before its first socket; any thread; later calls do nothing. Where NNG turns out to have a single thread,
// that one is given back.
void keep_one_task_thread();

}  // namespace status::ipc
