// base58btc, the alphabet in which content addresses are printed. Debian's libbase58 has had no release since 2014, and
// decodes only where the caller knows the size. Quadratic in the length: for short strings. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ipc/base/bytes.h"

namespace status::storage {

std::string to_base58(ByteView bytes);
// Empty on a foreign character.
std::optional<Bytes> from_base58(std::string_view text);

}  // namespace status::storage
