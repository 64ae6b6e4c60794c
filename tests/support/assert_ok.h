// Assertions about a Result.
#pragma once

#include <gtest/gtest.h>

// For results: the error is what a failure shows.
#define ASSERT_OK(expression) \
  if (const auto& result_of = (expression); !result_of) FAIL() << #expression << ": " << result_of.error().describe()
#define EXPECT_OK(expression)                           \
  if (const auto& result_of = (expression); !result_of) \
  ADD_FAILURE() << #expression << ": " << result_of.error().describe()
