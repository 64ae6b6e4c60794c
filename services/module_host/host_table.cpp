#include "services/module_host/host_table.h"

namespace status::module_host {
namespace {

std::string_view text(const char* words) { return words == nullptr ? std::string_view() : words; }
std::string_view text(const char* words, std::size_t size) {
  return words == nullptr ? std::string_view() : std::string_view(words, size);
}

}  // namespace

HostTable::HostTable(HostFunctions& functions) {
  table_.size = sizeof(status_host);
  table_.reply = [](const status_host* host, std::uint64_t token, const char* result, std::size_t size) {
    of(host).reply(token, text(result, size));
  };
  table_.fail = [](const status_host* host, std::uint64_t token, const char* code, const char* reason,
                   const char* message) { of(host).fail(token, text(code), text(reason), text(message)); };
  table_.remaining_ms = [](const status_host* host, std::uint64_t token) { return of(host).remaining_ms(token); };
  table_.publish = [](const status_host* host, const char* event, const char* data, std::size_t size) {
    of(host).publish(text(event), text(data, size));
  };
  table_.count = [](const status_host* host, const char* name, double by) { of(host).count(name, by); };
  table_.gauge = [](const status_host* host, const char* name, double value) { of(host).gauge(name, value); };
  table_.observe = [](const status_host* host, const char* name, double seconds) { of(host).observe(name, seconds); };
  table_.log = [](const status_host* host, int level, const char* words) { of(host).log(level, text(words)); };
  table_.wake = [](const status_host* host) { of(host).wake(); };
  table_.watch = [](const status_host* host, int descriptor) { of(host).watch(descriptor); };
  table_.functions = &functions;
}

}  // namespace status::module_host
