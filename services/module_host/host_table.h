// The table that a library gets (status_module.h), with an object of ours behind it.
#pragma once

#include <cstdint>
#include <string_view>

#include "services/host/native/status_module.h"

namespace status::module_host {

// What the functions of the table do. On whatever thread the library calls them; nothing may be thrown. Texts that were
// null are empty.
class HostFunctions {
 public:
  virtual ~HostFunctions() = default;
  virtual void reply(std::uint64_t token, std::string_view result) noexcept = 0;
  virtual void fail(std::uint64_t token, std::string_view code, std::string_view reason,
                    std::string_view message) noexcept = 0;
  virtual std::uint32_t remaining_ms(std::uint64_t token) noexcept = 0;
  virtual void publish(std::string_view event, std::string_view data) noexcept = 0;
  virtual void count(const char* name, double by) noexcept = 0;
  virtual void gauge(const char* name, double value) noexcept = 0;
  virtual void observe(const char* name, double seconds) noexcept = 0;
  virtual void log(int level, std::string_view text) noexcept = 0;
  virtual void wake() noexcept = 0;
  virtual void watch(int descriptor) noexcept = 0;
};

class HostTable {
 public:
  // `functions` outlives the library's use of the table.
  explicit HostTable(HostFunctions& functions);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const status_host* get() const { return &table_; }

 private:
  struct Table : status_host {
    HostFunctions* functions;
  };
  static HostFunctions& of(const status_host* host) { return *static_cast<const Table*>(host)->functions; }

  Table table_{};
};

}  // namespace status::module_host
