// Described structs ⇄ Value and MessagePack. Any thread.
//
// Errors of decoding name the key by its path ("`messages[3].content` is missing") and carry it in details.key:
//   strict (requests): INVALID_ARGUMENT `ipc.invalid_params`; unknown keys are refused with the nearest known one, and
//   every declared
//     limit holds.
//   lenient (replies, events): INTERNAL `ipc.invalid_result`; unknown keys are ignored, and so are declared limits and
//   words, because a
//     newer module may have widened them. Types and required keys still hold: past them the struct would lie.
// Bytes that are no MessagePack document fail as in ipc/base/codec.h.
#pragma once

#include "ipc/api/fields.h"
#include "ipc/base/bytes.h"
#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::api {

enum class Mode { strict, lenient };

// The same over tables, for callers that know the type only at run time.
Status from_value(const Table& table, const Value& value, Mode mode, void* object);
Result<Bytes> encode(const Table& table, const void* object);
Status decode(const Table& table, ByteView msgpack, Mode mode, void* object);

// A map in the order of declaration; empty optionals are left out.
template <Described T>
Value to_value(const T& object) {
  return to_value(table_of<T>(), &object);
}

template <Described T>
Result<T> from_value(const Value& value, Mode mode) {
  T object{};
  if (Status read = from_value(table_of<T>(), value, mode, &object); !read) return fail(std::move(read.error()));
  return object;
}

// INTERNAL `ipc.invalid_text` when a string is not UTF-8: one such string would make the message unreadable for most
// languages. What came from outside is to be checked (count_code_points) where it came in.
template <Described T>
Result<Bytes> encode(const T& object) {
  return encode(table_of<T>(), &object);
}

template <Described T>
Result<T> decode(ByteView msgpack, Mode mode) {
  T object{};
  if (Status read = decode(table_of<T>(), msgpack, mode, &object); !read) return fail(std::move(read.error()));
  return object;
}

}  // namespace status::api
