// How a flight recorder lies in its memory file (descriptor 5 of a process, WIRE.md section 5): a header, a table of
// names, and two rings of equal length, of calls and of steps of messages: a burst of calls overwrites no step. A record
// is sixteen 64-bit words. Host byte order: the file never leaves the host. Private to metrics/flight.
//
// A record's first word is its number, 1, 2, …; it is 0 while the record is being written. Whoever reads copies the
// record and looks at the number once more: the same one, and the copy is whole. No lock, and a writer that dies in the
// middle leaves one record that nobody reads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace status::metrics::flight {

inline constexpr std::uint64_t kMagic = 0x5354'464c'4947'4854;  // "STFLIGHT"
inline constexpr std::uint32_t kVersion = 2;
inline constexpr std::size_t kNames = 256;
inline constexpr std::size_t kNameBytes = 96;  // what a method may have (WIRE.md section 2), zero-padded
inline constexpr std::size_t kWords = 16;

// In the order in which they lie.
enum RingKind : std::size_t { kCallRing, kStepRing };
inline constexpr std::size_t kRings = 2;

using Words = std::array<std::atomic<std::uint64_t>, kWords>;

struct Header {
  std::atomic<std::uint64_t> magic;  // last of all, when the rest is there
  std::uint32_t version;
  std::atomic<std::uint32_t> names;  // so many of the table are valid; the first is for all that have no room
  std::array<std::atomic<std::uint64_t>, kRings> next;  // by ring: number of the next record, less one
  std::uint8_t reserved[32];
};
static_assert(sizeof(Header) == 64);

inline constexpr std::size_t kNamesAt = sizeof(Header);
inline constexpr std::size_t kRecordsAt = kNamesAt + kNames * kNameBytes;
static_assert(kRecordsAt % alignof(Words) == 0 && sizeof(Words) == 128);

// Words of a record after the number.
enum Word : std::size_t {
  kNumber,
  kStarted,
  kTotal,
  kTrace,  // two words
  kSpan = kTrace + 2,
  kParent,
  kStages,               // seven words
  kSizes = kStages + 7,  // request in the low half, response in the high one
  kLabels,  // from the lowest: method, peer (16 bits each), outcome (8 bits, 0: success), side, whether stages are known
};
static_assert(kLabels == kWords - 1);

// Words of a step of a message, where they differ from a call's. Its labels: step, holder, nothing in the place of
// the outcome and of the side, whether there is a holder.
enum StepWord : std::size_t {
  kHash = kTrace,          // four words
  kMessage = kStages,      // two words
  kDuring = kMessage + 2,  // three words: trace and span of the call
};

// Of each ring in a file of so many bytes; in records.
constexpr std::size_t capacity_of(std::size_t bytes) {
  return bytes < kRecordsAt ? 0 : (bytes - kRecordsAt) / sizeof(Words) / kRings;
}
constexpr std::size_t ring_at(RingKind ring, std::size_t bytes) {
  return kRecordsAt + ring * capacity_of(bytes) * sizeof(Words);
}

}  // namespace status::metrics::flight
