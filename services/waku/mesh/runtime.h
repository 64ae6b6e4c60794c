// What everything on the mesh thread shares. Private to the mesh backend.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "ipc/base/clock.h"
#include "ipc/base/random.h"
#include "ipc/tls/traffic.h"
#include "services/waku/mesh/config.h"
#include "services/waku/mesh/counters.h"

namespace status::waku::mesh {

struct Runtime {
  boost::asio::io_context& io;
  const Clock& clock;
  Random& random;
  const Config& config;
  tls::Traffic& traffic;
  Counters counters{};
};

}  // namespace status::waku::mesh
