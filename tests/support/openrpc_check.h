// Compares an interface with the OpenRPC document that is committed beside its api.h, so that a change of the interface
// is always visible in a diff. Link status_test_openrpc.
//
//   TEST(ChatInterface, IsTheCommittedDocument) {
//     EXPECT_TRUE(test::matches_committed(chat::interface(), "services/chat/openrpc.json"));
//   }
//
// After an intended change, UPDATE_OPENRPC=1 in the environment of the test writes the file anew:
//   UPDATE_OPENRPC=1 ctest --preset debug -R IsTheCommittedDocument
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "ipc/api/interface.h"

namespace status::test {

// `path` is relative to the root of the repository. A failure shows the lines that differ and the command above.
testing::AssertionResult matches_committed(const api::Interface& interface, const std::string& path);

// The lines of both texts between their common beginning and their common end: "- " committed, "+ " current; empty when
// equal.
std::string line_difference(std::string_view committed, std::string_view current);

}  // namespace status::test
