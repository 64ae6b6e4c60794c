#include "supervisor/gateway/log.h"

#include <unistd.h>

#include "ipc/base/clock.h"
#include "ipc/base/codec.h"

namespace status::gateway {

void Log::write(std::string_view level, std::string_view message, Fields fields) const {
  if (fd_ < 0) return;
  Value line = Value::map({{"time_ms", SystemClock().unix_ms()},
                           {"level", level},
                           {"module", "gateway"},
                           {"generation", generation_},
                           {"message", message}});
  for (const auto& [key, value] : fields) line.set(key, value);
  const std::string text = to_json(line) + "\n";
  // One write: lines of several threads do not mix. A log that cannot be written is no reason to stop.
  [[maybe_unused]] const ssize_t written = ::write(fd_, text.data(), text.size());
}

}  // namespace status::gateway
