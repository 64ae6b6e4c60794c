#include "ipc/nng/message.h"

#include <gtest/gtest.h>

#include <numeric>

namespace status::ipc {
namespace {

Bytes counting(std::size_t size) {
  Bytes out(size);
  std::iota(out.begin(), out.end(), std::uint8_t{0});
  return out;
}

// Every relation of the old front, the new one and what stays: Debian's nng_msg_insert wrote past the end of its buffer
// for some of them, and a front end could end the gateway with a call of another form than ours.
TEST(MessageTest, AnotherFrontLeavesTheRestAsItWas) {
  for (std::size_t size = 2; size < 200; ++size) {
    const Bytes whole = counting(size);
    for (std::size_t old_front = 0; old_front < size; old_front += 3) {
      for (const std::size_t new_front : {0U, 1U, 30U, 60U, 90U, 140U, 250U}) {
        Message message(whole, {});
        const Bytes head(new_front, 0xee);
        message.replace_front(old_front, head);
        Bytes expected = head;
        expected.insert(expected.end(), whole.begin() + static_cast<std::ptrdiff_t>(old_front), whole.end());
        ASSERT_EQ(to_bytes(message.bytes()), expected) << size << " " << old_front << " " << new_front;
      }
    }
  }
}

}  // namespace
}  // namespace status::ipc
