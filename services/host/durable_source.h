// A store::DurableLog as the source of a durable stream.
#pragma once

#include "ipc/stream/durable_stream.h"
#include "services/host/store/durable_log.h"

namespace status::host {

class DurableLogSource final : public ipc::DurableSource {
 public:
  explicit DurableLogSource(store::DurableLog& log) : log_(log) {}

  Result<ipc::StreamPosition> locate(const std::optional<std::string>& cursor) override;
  Status acknowledge(const std::string& consumer, std::uint64_t seq) override;
  Result<std::optional<std::uint64_t>> acknowledged(const std::string& consumer) override;
  Status read(ipc::StreamPosition& position, std::size_t max, const std::vector<std::string>& topics,
              ipc::Page& page) override;
  std::string cursor(std::uint64_t seq) const override { return log_.cursor(seq); }
  std::uint64_t last() override { return log_.last().value_or(0); }

 private:
  store::DurableLog& log_;
};

}  // namespace status::host
