// liblogosdelivery since 2026-08 (generation D): requests are structs, replies come as two texts, and each event has a
// listener of its own. Its runtime says every 5 s of a call that it still runs, before the one callback that ends it.
#pragma once

#include <memory>

#include "services/native/families/family.h"

namespace status::native {

std::unique_ptr<Family> make_delivery_d(const host::native::Library& library);

// Its functions but for the steps of its life, the kernel tier (waku_*) among them. For tests, too.
const std::vector<Function>& delivery_d_functions();

}  // namespace status::native
