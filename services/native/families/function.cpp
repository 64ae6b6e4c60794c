#include "services/native/families/function.h"

#include <algorithm>
#include <limits>

#include "ipc/base/codec.h"
#include "ipc/base/words.h"

namespace status::native {
namespace {

template <class T>
bool read_number(const Value& value, std::uint64_t& out) {
  if constexpr (std::is_signed_v<T>) {
    const auto number = value.as_int64();
    if (!number || *number < std::numeric_limits<T>::min() || *number > std::numeric_limits<T>::max()) return false;
    out = static_cast<std::uint64_t>(*number);
  } else {
    const auto number = value.as_uint64();
    if (!number || *number > std::numeric_limits<T>::max()) return false;
    out = *number;
  }
  return true;
}

// What it should be, when it is not; null when it is.
const char* read_value(const Value& value, Kind kind, Argument& out) {
  switch (kind) {
    case Kind::text: {
      const std::string* text = value.as_string();
      if (text == nullptr || text->find('\0') != std::string::npos) return "a text without zero bytes";
      out.text = *text;
      return nullptr;
    }
    case Kind::uint16:
      return read_number<std::uint16_t>(value, out.number) ? nullptr : "an integer from 0 to 65535";
    case Kind::uint32:
      return read_number<std::uint32_t>(value, out.number) ? nullptr : "an integer from 0 to 4294967295";
    case Kind::int32:
      return read_number<std::int32_t>(value, out.number) ? nullptr : "an integer of 32 bits";
    case Kind::uint64:
      return read_number<std::uint64_t>(value, out.number) ? nullptr : "an integer that is not negative";
  }
  return "of a kind that is known";
}

tl::unexpected<Error> refuse(const Function& function, const std::string& problem) {
  return fail(Code::invalid_argument, "native.bad_arguments", std::string(function.name) + ": " + problem);
}

Status check_names(const Function& function, const Value::Map& given) {
  std::vector<std::string> known;
  for (const Parameter& parameter : function.parameters) known.emplace_back(parameter.name);
  for (const auto& [name, value] : given) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string near = nearest_word(name, known);
    const std::string guess = near.empty() ? "" : "; did you mean " + in_quotes(near) + "?";
    return refuse(function, "has no argument " + in_quotes(name) + guess);
  }
  return {};
}

}  // namespace

Result<std::vector<Argument>> read_arguments(const Function& function, const Value& arguments) {
  static const Value::Map kNone;
  const Value::Map* given = arguments.is_null() ? &kNone : arguments.as_map();
  if (given == nullptr) return refuse(function, "`arguments` must be a map");
  if (Status known = check_names(function, *given); !known) return fail(known.error());
  std::vector<Argument> out(function.parameters.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Parameter& parameter = function.parameters[i];
    const auto found = std::ranges::find(*given, parameter.name, [](const auto& entry) { return entry.first; });
    if (found == given->end()) return refuse(function, "the argument " + in_quotes(parameter.name) + " is missing");
    if (const char* const wanted = read_value(found->second, parameter.kind, out[i])) {
      return refuse(function, "the argument " + in_quotes(parameter.name) + " must be " + wanted);
    }
  }
  return out;
}

}  // namespace status::native
