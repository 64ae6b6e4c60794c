// libverifproxy since v0.4 (generation 0.4): the Nimbus verified proxy, which has no thread of its own. All of it is done on
// the thread that calls it: the start, which returns when the proxy runs, and the work, each time that it is asked to.
#pragma once

#include <memory>

#include "services/native/families/family.h"

namespace status::native {

std::unique_ptr<Family> make_verifproxy(const host::native::Library& library);

}  // namespace status::native
