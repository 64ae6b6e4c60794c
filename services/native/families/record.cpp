#include "services/native/families/record.h"

#include <cstring>

namespace status::native {
namespace {

std::size_t size_of(Kind kind) {
  switch (kind) {
    case Kind::text:
      return sizeof(const char*);
    case Kind::uint16:
      return sizeof(std::uint16_t);
    case Kind::uint32:
    case Kind::int32:
      return sizeof(std::uint32_t);
    case Kind::uint64:
      return sizeof(std::uint64_t);
  }
  return 0;
}

template <class T>
void put(void* place, T value) {
  std::memcpy(place, &value, sizeof(value));
}

}  // namespace

Record::Record(const std::vector<Parameter>& parameters, std::span<const Argument> arguments)
    : memory_(parameters.size()) {
  auto* const bytes = reinterpret_cast<std::uint8_t*>(memory_.data());
  std::size_t at = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::size_t size = size_of(parameters[i].kind);
    at = (at + size - 1) / size * size;
    const std::uint64_t number = arguments[i].number;
    switch (parameters[i].kind) {
      case Kind::text:
        put(bytes + at, arguments[i].text.c_str());
        break;
      case Kind::uint16:
        put(bytes + at, static_cast<std::uint16_t>(number));
        break;
      case Kind::uint32:
      case Kind::int32:
        put(bytes + at, static_cast<std::uint32_t>(number));
        break;
      case Kind::uint64:
        put(bytes + at, number);
        break;
    }
    at += size;
  }
}

}  // namespace status::native
