// A database in a folder of its own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "services/host/store/database.h"

namespace status::store {

class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::filesystem::path& base = std::filesystem::temp_directory_path())
      : path_(base / "store.XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class FakeDisk final : public DiskSpace {
 public:
  Result<std::uint64_t> free_bytes(const std::string&) override {
    ++asked;
    return free;
  }
  std::uint64_t free = 1ULL << 40;
  int asked = 0;
};

// What the commits promised, in their order. Any thread.
class CommitLog final : public CommitObserver {
 public:
  void committed(Durability durability) override {
    const std::lock_guard lock(mutex_);
    log_.push_back(durability);
    if (look) look();
  }
  // Called with each, if it is set before the first.
  std::function<void()> look;
  // Those since the last call.
  std::vector<Durability> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(log_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Durability> log_;
};

inline host::SecretBytes test_key(std::uint8_t fill = 7) { return host::SecretBytes(Bytes(32, fill)); }

inline std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class StoreTest : public ::testing::Test {
 protected:
  DatabaseOptions options() {
    DatabaseOptions made;
    made.path = path_;
    made.clock = &clock_;
    made.disk = &disk_;
    made.commits = &commits_;
    return made;
  }
  std::unique_ptr<Database> open() {
    Result<std::unique_ptr<Database>> opened = Database::open(test_key(), options());
    EXPECT_TRUE(opened) << opened.error().describe();
    return opened ? std::move(*opened) : nullptr;
  }
  // Runs one statement in a transaction of its own.
  static void execute(Database& database, std::string_view sql, std::initializer_list<Param> params = {}) {
    Result<Transaction> tx = database.write();
    ASSERT_TRUE(tx) << tx.error().describe();
    const auto done = tx->run(sql, params);
    ASSERT_TRUE(done) << done.error().describe();
    const Status committed = tx->commit();
    ASSERT_TRUE(committed) << committed.error().describe();
  }
  static std::int64_t integer(Database& database, std::string_view sql) {
    Result<Transaction> tx = database.read();
    EXPECT_TRUE(tx) << tx.error().describe();
    const auto value = tx->integer(sql);
    EXPECT_TRUE(value) << value.error().describe();
    return value ? value->value_or(-1) : -1;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("test.db");
  FakeClock clock_;
  FakeDisk disk_;
  CommitLog commits_;
};

}  // namespace status::store
