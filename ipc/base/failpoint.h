// Places at which a test has the process die: before and after whatever others may rely on from then on. Here nothing
// happens at them: an executable that brings its own definition of failpoint() (tests/fixtures/failing) is linked with
// that one instead, because the linker takes a member of an archive only for what is still missing. The programs that
// are installed bring none, which the tests of the tree look after.
#pragma once

#include <cstdint>
#include <string_view>

namespace status {

enum class Moment : std::uint8_t { before, after };

// `step`: "commit", "reply" or "acknowledgement". `what` tells it from the others of its kind in the same process: the
// method or the stream, the file, the function that began the transaction (std::source_location). Any thread, also
// NNG's; locks may be held.
void failpoint(Moment moment, std::string_view step, std::string_view what);

}  // namespace status
