// The shape that every stream has on the wire (WIRE.md section 3): the request and reply of `<stream>.next`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/api/fields.h"

namespace status::api {

struct StreamRequest {
  std::optional<std::string> cursor;
  std::uint32_t max = 100;
  std::uint32_t wait_ms = 0;
  std::vector<std::string> topics;
  bool coalesce = false;
  std::optional<std::string> consumer;

  static void describe(Fields<StreamRequest>& f);
};

struct StreamEvent {
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  std::string topic;
  std::uint64_t generation = 0;
  std::optional<HexBytes> trace;
  Value data;

  static void describe(Fields<StreamEvent>& f);
};

struct StreamReply {
  std::vector<StreamEvent> events;
  std::string cursor;
  std::uint64_t lagged = 0;
  bool reset = false;

  static void describe(Fields<StreamReply>& f);
};

}  // namespace status::api
