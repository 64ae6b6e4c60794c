// The descriptor numbers that a module is born with (WIRE.md section 5). Nothing else is open in a fresh module.
#pragma once

namespace status::ipc::control {

inline constexpr int kControlFd = 3;         // stream socketpair, one JSON object per line
inline constexpr int kCrashRecordFd = 4;     // memfd laid out by crash_area.h
inline constexpr int kFlightRecorderFd = 5;  // memfd of kFlightRecorderBytes, zero at birth
// Of the gateway only:
inline constexpr int kEventRingFd = 6;     // memfd of kEventRingBytes that outlives each gateway
inline constexpr int kRecorderLineFd = 7;  // socket of messages, each with a flight recorder of another process

// Sizes are fixed by the supervisor, which seals the files against growing and shrinking: a mapping of them never
// faults.
inline constexpr unsigned long kFlightRecorderBytes = 2UL << 20;
inline constexpr unsigned long kEventRingBytes = 8UL << 20;

}  // namespace status::ipc::control
