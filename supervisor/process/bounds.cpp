#include "supervisor/process/bounds.h"

namespace status::supervisor {
namespace {

using namespace ipc::control;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

void shorten(std::string& text) { text.resize(cut(text).size()); }

}  // namespace

std::string_view cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && continues_character(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

void shorten(FromModule& message) {
  if (auto* ready = std::get_if<Ready>(&message)) {
    shorten(ready->url);
    shorten(ready->bulk_url);
    shorten(ready->interface);
  } else if (auto* pong = std::get_if<Pong>(&message)) {
    shorten(pong->oldest);
  } else if (auto* degraded = std::get_if<Degraded>(&message)) {
    shorten(degraded->why);
  } else if (auto* command = std::get_if<Command>(&message)) {
    shorten(command->op);
    shorten(command->module);
    shorten(command->key);
  }
}

}  // namespace status::supervisor
