// The two libraries of v0.38: liblogosdelivery.so, small and supported, and libwaku.so with all of the kernel.
#pragma once

#include <memory>

#include "services/native/families/family.h"

namespace status::native {

std::unique_ptr<Family> make_delivery_b(const host::native::Library& library);
std::unique_ptr<Family> make_waku_b(const host::native::Library& library);

}  // namespace status::native
