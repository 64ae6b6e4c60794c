// Result<T>: a value or an Error. The interface is that of std::expected, so that it can become one.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "ipc/base/error.h"

namespace status {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

// `return fail(make_error(...));`
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> fail(Code code, std::string reason, std::string message) {
  return tl::unexpected<Error>(make_error(code, std::move(reason), std::move(message)));
}

}  // namespace status
