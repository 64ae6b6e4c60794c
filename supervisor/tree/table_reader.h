// Reads one table of a configuration file strictly: every problem names file, line and key, and an unknown key the
// nearest valid one. One thread; private to supervisor/tree.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"

namespace status::supervisor {

// The first problem wins; getters then return what they have. A value without a line came from the command line.
class TableReader {
 public:
  // `prefix` is the dotted key of the table, empty at the top. The table must outlive the reader.
  TableReader(const Value& table, std::string file, std::string prefix = {});

  std::string text(std::string_view key);  // required, not empty
  std::optional<std::string> text_if(std::string_view key);
  std::optional<std::string> word_if(std::string_view key, const std::vector<std::string>& words);
  std::optional<std::uint64_t> number_if(std::string_view key, std::uint64_t least, std::uint64_t most);
  std::optional<std::chrono::milliseconds> duration_if(std::string_view key, std::uint64_t least, std::uint64_t most);
  std::optional<bool> flag_if(std::string_view key);
  std::optional<std::vector<std::string>> texts_if(std::string_view key);
  const Value* table_if(std::string_view key);  // null when absent or wrong
  const Value* any_if(std::string_view key);    // of any type

  // A problem with a key that was read; `message` follows "FILE:LINE: `key` ".
  void refuse(std::string_view key, std::string_view message);
  void adopt(Status nested);
  // Refuses keys that nobody asked for, then reports the first problem: INVALID_ARGUMENT
  // (`supervisor.bad_configuration`).
  Status finish();

 private:
  const Value* find(std::string_view key);
  std::string place(const Value* value) const;
  std::string dotted(std::string_view key) const;

  const Value& table_;
  std::string file_;
  std::string prefix_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace status::supervisor
