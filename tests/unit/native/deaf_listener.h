// A listener for tests of calls: events are nothing to it, and a library that is broken fails the test.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/host/native/dispatcher.h"

namespace status::native {

class DeafListener final : public host::native::DispatcherListener {
 public:
  void on_event(host::native::Token, std::string, std::uint64_t) override {}
  void on_broken(const host::native::Broken& broken) override { ADD_FAILURE() << broken.message; }
  void on_handlers_restored(const std::vector<std::string>&) override {}
};

}  // namespace status::native
