// The storage module of a real node: statusctl moves files, the module is killed under them, and what is on the disk is
// damaged.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <future>

#include "ipc/base/codec.h"
#include "ipc/base/random.h"
#include "ipc/bulk/bulk_api.h"
#include "ipc/bulk/bulk_client.h"
#include "services/storage/api.h"
#include "tests/support/child_process.h"
#include "tests/support/process_node.h"
#include "tests/support/statusctl.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_node.h"

namespace status::test {
namespace {

namespace fs = std::filesystem;

std::string contents(std::size_t size, std::uint64_t seed) {
  std::string out(size, '\0');
  SeededRandom(seed).fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

// More than comes over before the module is killed.
constexpr std::size_t kLarge = kSanitized ? 16U << 20U : 96U << 20U;

class Storage : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(node_.start()); }
  void TearDown() override {
    if (HasFailure()) std::fputs(node_.report().c_str(), stderr);
  }

  // A transfer of a large file that goes on after kills may take more than one thing that should come at once.
  Outcome run(std::vector<std::string> words) const {
    words.insert(words.begin(), {binary("statusctl"), "--data-dir", node_.data_dir(), "storage"});
    ChildProcess program(words, {}, ChildProcess::Errors::apart);
    const auto code = program.wait(3 * kPatience);
    return {code.value_or(-1), program.read_all(), program.errors()};
  }
  std::string file(const std::string& name, const std::string& text) {
    write_file(place_ / name, text);
    return place_ / name;
  }
  std::string put(const std::string& path) {
    const Outcome outcome = run({"put", path});
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    return outcome.json().string_or("cid", "");
  }

  ProcessNode node_{{.settings = without_backoff(), .arguments = {}}};
  TempDir place_;
};

TEST_F(Storage, StatusctlPutsAFileAndGetsItBack) {
  const std::string text = contents(3'000'000, 1);
  const std::string cid = put(file("song.bin", text));
  EXPECT_THAT(cid, testing::StartsWith("zD"));
  const auto manifest = node_.front().call<storage::ManifestOf>("storage", {cid});
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->filename, "song.bin");
  EXPECT_EQ(manifest->size, text.size());
  EXPECT_TRUE(node_.events().wait_for(EventLog::topic("storage.stored"), kPatience));
  EXPECT_TRUE(node_.events().wait_for(EventLog::topic("storage.progress"), kPatience));

  ASSERT_EQ(run({"get", cid, "-o", place_ / "back"}).code, 0);
  EXPECT_EQ(read_file(place_ / "back"), text);
  EXPECT_EQ(put(place_ / "song.bin"), cid);  // once more, the same address
  const auto space = node_.front().call<storage::Space>("storage", {});
  ASSERT_TRUE(space);
  EXPECT_EQ(space->datasets, 1U);
  EXPECT_EQ(space->uploads, 0U);

  EXPECT_EQ(run({"get", "zDnothing", "-o", place_ / "no"}).code, 1);
  EXPECT_FALSE(fs::exists(place_ / "no"));
}

TEST_F(Storage, AFileIsThereAfterEveryEndOfItsModule) {
  const std::string text = contents(700'000, 2);
  const std::string cid = put(file("a", text));
  const auto before = node_.kill("storage");
  ASSERT_TRUE(before);
  ASSERT_TRUE(node_.await_ready("storage", before->generation));
  ASSERT_EQ(run({"get", cid, "-o", place_ / "b"}).code, 0);
  EXPECT_EQ(read_file(place_ / "b"), text);
  ASSERT_TRUE(node_.stop());
  ASSERT_TRUE(node_.start());
  ASSERT_EQ(run({"get", cid, "-o", place_ / "c"}).code, 0);
  EXPECT_EQ(read_file(place_ / "c"), text);
}

TEST_F(Storage, APutGoesOnWhenTheModuleIsKilledUnderIt) {
  const std::string text = contents(kLarge, 3);
  const std::string path = file("large", text);
  auto putting = std::async(std::launch::async, [&] { return run({"put", path}); });
  for (int kills = 0; kills < 2; ++kills) {
    const auto said = node_.events().wait_for(EventLog::topic("storage.progress"), kPatience);
    ASSERT_TRUE(said);
    const auto before = node_.kill("storage");
    ASSERT_TRUE(before);
    ASSERT_TRUE(node_.await_ready("storage", before->generation));
  }
  const Outcome outcome = putting.get();
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const std::string cid = outcome.json().string_or("cid", "");
  auto getting = std::async(std::launch::async, [&] { return run({"get", cid, "-o", place_ / "back"}); });
  const auto before = node_.kill("storage");
  ASSERT_TRUE(before);
  const Outcome got = getting.get();
  ASSERT_EQ(got.code, 0) << got.errors;
  EXPECT_EQ(read_file(place_ / "back"), text);
}

TEST_F(Storage, AFlippedBitIsDataLossAndThePartBeforeItIsKept) {
  const std::string text = contents(2'000'000, 4);
  const std::string path = file("a", text);
  const std::string cid = put(path);
  fs::path blocks;
  for (const auto& entry : fs::recursive_directory_iterator(node_.data_dir())) {
    if (entry.is_regular_file() && entry.path().parent_path().filename() == "blocks") blocks = entry.path();
  }
  ASSERT_FALSE(blocks.empty());
  std::string bytes = read_file(blocks);
  EXPECT_EQ(bytes.find(text.substr(0, 16)), std::string::npos) << "the contents are on the disk as they are";
  bytes[1'000'000] = static_cast<char>(bytes[1'000'000] ^ 4);
  write_file(blocks, bytes);
  const Outcome outcome = run({"get", cid, "-o", place_ / "b"});
  EXPECT_EQ(outcome.code, 1);
  const Value error = outcome.error();
  EXPECT_EQ(error.string_or("code", ""), "DATA_LOSS");
  EXPECT_EQ(error.string_or("reason", ""), "storage.damaged_block");
  const Value* details = error.find("details");
  ASSERT_NE(details, nullptr);
  EXPECT_EQ(details->uint_or("block", 0), 15U);  // 1,000,000 over the bytes of a sealed block
  EXPECT_EQ(details->string_or("cid", ""), cid);
  EXPECT_FALSE(fs::exists(place_ / "b"));
  // Put again, it is whole, and the get goes on with what it has.
  EXPECT_EQ(put(path), cid);
  ASSERT_EQ(run({"get", cid, "-o", place_ / "b"}).code, 0);
  EXPECT_EQ(read_file(place_ / "b"), text);
}

// As a front end that was interrupted does: chunks until it stops, and more after storage.resume.
TEST_F(Storage, APutIsResumedByOffsetAndACancelledOneIsGone) {
  const std::string text = contents(1'000'000, 5);
  const auto source = [&](std::uint64_t offset, std::span<std::uint8_t> chunk) -> Result<std::size_t> {
    const std::size_t size = std::min<std::size_t>(chunk.size(), text.size() - offset);
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(offset), size, chunk.begin());
    return size;
  };
  const auto send = [&](const storage::TransferReply& transfer, bool all) {
    ipc::BulkAddress address{.module = "storage", .url = transfer.url, .ticket = {}};
    std::copy_n(transfer.ticket.bytes.begin(), address.ticket.size(), address.ticket.begin());
    const auto bulk = ipc::BulkClient::open(address);
    EXPECT_TRUE(bulk);
    return (*bulk)->send(transfer.offset, source, [&](std::uint64_t) { return all; });
  };
  const auto begun = node_.front().call<storage::Put>("storage", {.filename = "a", .size = text.size()});
  ASSERT_TRUE(begun);
  EXPECT_EQ(send(*begun, false).error().reason, "ipc.transfer_stopped");
  const auto resumed = node_.front().call<storage::Resume>("storage", {begun->transfer});
  ASSERT_TRUE(resumed);
  EXPECT_GE(resumed->offset, ipc::kBulkChunk);
  EXPECT_EQ(send(*begun, true).error().code, Code::unauthenticated) << "there is another ticket now";
  // Chunks may overtake each other on their way: then it is resumed, as statusctl does.
  Result<std::uint64_t> end = send(*resumed, true);
  while (!end && end.error().reason == "storage.wrong_offset") {
    const auto again = node_.front().call<storage::Resume>("storage", {begun->transfer});
    ASSERT_TRUE(again);
    end = send(*again, true);
  }
  ASSERT_TRUE(end) << end.error().describe();
  ASSERT_EQ(*end, text.size());
  const auto stored = node_.front().call<storage::Finish>("storage", {begun->transfer});
  ASSERT_TRUE(stored);
  ASSERT_EQ(run({"get", stored->cid, "-o", place_ / "back"}).code, 0);
  EXPECT_EQ(read_file(place_ / "back"), text);

  const auto other = node_.front().call<storage::Put>("storage", {.filename = "b", .size = text.size()});
  ASSERT_TRUE(other);
  EXPECT_EQ(send(*other, false).error().reason, "ipc.transfer_stopped");
  ASSERT_TRUE(node_.front().call<storage::Cancel>("storage", {other->transfer}));
  EXPECT_EQ(send(*other, true).error().code, Code::unauthenticated);
  EXPECT_EQ(node_.front().call<storage::Resume>("storage", {other->transfer}).error().code, Code::not_found);
  const auto space = node_.front().call<storage::Space>("storage", {});
  ASSERT_TRUE(space);
  EXPECT_EQ(space->uploads, 0U);
  EXPECT_EQ(space->reserved_bytes, 0U);
}

TEST_F(Storage, TheBulkSocketTakesTicketsOnly) {
  const std::string url = "ipc://" + node_.data_dir() + "/run/storage/bulk.sock";
  auto client = ipc::Client::open({.url = url, .target = "storage", .credential = node_.token()});
  ASSERT_TRUE(client);
  ipc::Request request;
  request.method = "storage._bulk.read";
  request.params = encode_msgpack(Value::map({{"offset", 0}, {"bytes", 1}}));
  EXPECT_EQ((*client)->call_and_wait(request).error().code, Code::unauthenticated);
}

}  // namespace
}  // namespace status::test
