// The standard `process_*` metrics from /proc, which prometheus-cpp does not bring (prometheus.io/docs: "Process
// metrics").
#pragma once

#include <string>

#include "metrics/snapshot.h"

namespace status::metrics {

// Appends process_{cpu_seconds_total, open_fds, max_fds, virtual_memory_bytes, virtual_memory_max_bytes,
// resident_memory_bytes, heap_bytes, start_time_seconds, threads, disk_read_bytes_total, disk_write_bytes_total}
// of the process that `proc` belongs to (heap_bytes and the limits: of this one). The last two are ours: what reached
// the disk (proc(5), "io"). What cannot be read is left out. Any thread; about 60 µs.
void append_process_metrics(Snapshot& snapshot, const std::string& proc = "/proc/self");

}  // namespace status::metrics
