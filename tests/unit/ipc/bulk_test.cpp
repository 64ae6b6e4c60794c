// The second socket: chunks over NNG, tickets, and what ends a transfer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "ipc/bulk/bulk_api.h"
#include "ipc/bulk/bulk_client.h"
#include "ipc/bulk/bulk_server.h"
#include "ipc/client/typed.h"

namespace status::ipc {
namespace {

// A file in memory, for both directions.
class MemoryTransfer final : public BulkTransfer {
 public:
  Result<std::uint64_t> write(std::uint64_t offset, ByteView chunk) override {
    if (offset != bytes.size()) return fail(Code::failed_precondition, "test.wrong_offset", "not there");
    if (bytes.size() + chunk.size() > most) return fail(Code::resource_exhausted, "test.full", "full");
    bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    return bytes.size();
  }
  Result<Bytes> read(std::uint64_t offset, std::size_t count) override {
    if (offset >= damaged_at) return fail(Code::data_loss, "test.damaged", "damaged");
    const std::size_t left = offset < bytes.size() ? bytes.size() - offset : 0;
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(offset, bytes.size()));
    return Bytes(from, from + static_cast<std::ptrdiff_t>(std::min(count, left)));
  }

  Bytes bytes;
  std::size_t most = SIZE_MAX;
  std::uint64_t damaged_at = UINT64_MAX;
};

class OneWay final : public BulkTransfer {};

Bytes pattern(std::size_t size) {
  Bytes out(size);
  SeededRandom(size).fill(out);
  return out;
}

// Takes its time for a chunk, from the moment that it is to be closed.
class Slow final : public BulkTransfer {
 public:
  Result<std::uint64_t> write(std::uint64_t offset, ByteView chunk) override {
    began.set_value();
    closing.get_future().wait();
    (void)pattern(1 << 22);
    ended = true;
    return offset + chunk.size();
  }

  std::promise<void> began;
  std::promise<void> closing;
  std::atomic<bool> ended{false};
};

class Bulk : public ::testing::Test {
 protected:
  void SetUp() override {
    const Status listening = server_.listen();
    ASSERT_TRUE(listening) << listening.error().describe();
  }
  std::unique_ptr<BulkClient> client(const Bytes& name, const std::shared_ptr<BulkTransfer>& transfer) {
    const Result<Credential> ticket = server_.tickets().open(name, transfer);
    EXPECT_TRUE(ticket);
    auto opened = BulkClient::open({"storage", server_.url(), ticket.value_or(Credential{})});
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }
  static BulkClient::Source source(const Bytes& data) {
    return [&data](std::uint64_t offset, std::span<std::uint8_t> chunk) -> Result<std::size_t> {
      const std::size_t count = std::min<std::size_t>(chunk.size(), data.size() - offset);
      std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(offset), count, chunk.begin());
      return count;
    };
  }
  static bool onward(std::uint64_t) { return true; }

  FakeClock clock_;
  SystemRandom random_;
  BulkServer server_{"storage", "inproc://bulk-test-" + std::to_string(random_.next64()), 7, clock_, random_};
  std::shared_ptr<MemoryTransfer> file_ = std::make_shared<MemoryTransfer>();
};

TEST_F(Bulk, MovesFilesOfAnySizeBothWays) {
  for (const std::size_t size : {std::size_t{1}, kBulkChunk - 1, kBulkChunk, kBulkChunk + 1, 9 * kBulkChunk + 5}) {
    file_->bytes.clear();
    const Bytes data = pattern(size);
    std::vector<std::uint64_t> told;
    const auto moving = client({1}, file_);
    const auto end = moving->send(0, source(data), [&](std::uint64_t offset) {
      told.push_back(offset);
      return true;
    });
    ASSERT_TRUE(end) << end.error().describe();
    EXPECT_EQ(*end, size);
    EXPECT_EQ(file_->bytes, data);
    EXPECT_TRUE(std::ranges::is_sorted(told));
    EXPECT_EQ(told.back(), size);
    Bytes back;
    const Status received = moving->receive(
        0, size,
        [&](ByteView chunk) {
          EXPECT_LE(chunk.size(), kBulkChunk);
          back.insert(back.end(), chunk.begin(), chunk.end());
          return Status();
        },
        onward);
    ASSERT_TRUE(received) << received.error().describe();
    EXPECT_EQ(back, data);
  }
}

TEST_F(Bulk, GoesOnWhereItIsTold) {
  const Bytes data = pattern(3 * kBulkChunk);
  file_->bytes.assign(data.begin(), data.begin() + 1000);
  ASSERT_TRUE(client({1}, file_)->send(1000, source(data), onward));
  EXPECT_EQ(file_->bytes, data);
}

TEST_F(Bulk, AnErrorOfTheOtherSideEndsIt) {
  const Bytes data = pattern(9 * kBulkChunk);
  file_->most = 4 * kBulkChunk;
  EXPECT_EQ(client({1}, file_)->send(0, source(data), onward).error().reason, "test.full");
  file_->damaged_at = 2 * kBulkChunk;
  std::size_t got = 0;
  const Status received = client({1}, file_)
                              ->receive(
                                  0, file_->bytes.size(),
                                  [&](ByteView chunk) {
                                    got += chunk.size();
                                    return Status();
                                  },
                                  onward);
  EXPECT_EQ(received.error().code, Code::data_loss);
  EXPECT_EQ(got, 2 * kBulkChunk);  // what came before it is good
}

TEST_F(Bulk, MayBeStoppedOnThisSide) {
  const Bytes data = pattern(9 * kBulkChunk);
  const auto stop = [](std::uint64_t offset) { return offset < 2 * kBulkChunk; };
  EXPECT_EQ(client({1}, file_)->send(0, source(data), stop).error().code, Code::cancelled);
  const auto whole = std::make_shared<MemoryTransfer>();
  whole->bytes = data;
  const auto drop = [](ByteView) { return Status(); };
  EXPECT_EQ(client({2}, whole)->receive(0, data.size(), drop, stop).error().code, Code::cancelled);
}

TEST_F(Bulk, FewerBytesThanThereAreIsDataLoss) {
  file_->bytes = pattern(10);
  const auto drop = [](ByteView) { return Status(); };
  EXPECT_EQ(client({1}, file_)->receive(0, 20, drop, onward).error().reason, "ipc.short_chunk");
}

TEST_F(Bulk, ATicketIsGoodForItsOwnTransferOnly) {
  const Bytes data = pattern(10);
  const auto other = std::make_shared<MemoryTransfer>();
  ASSERT_TRUE(client({1}, file_)->send(0, source(data), onward));
  ASSERT_TRUE(client({2}, other)->send(0, source(data), onward));
  EXPECT_EQ(file_->bytes, data);
  EXPECT_EQ(other->bytes, data);
  const auto strange = BulkClient::open({"storage", server_.url(), Credential{1, 2, 3}});
  EXPECT_EQ((*strange)->send(0, source(data), onward).error().reason, "ipc.unknown_ticket");
  EXPECT_EQ(client({3}, std::make_shared<OneWay>())->send(0, source(data), onward).error().code, Code::unimplemented);
}

TEST_F(Bulk, ATicketEndsWithItsTransferWithTheNextOneAndUnused) {
  const Bytes data = pattern(10);
  const auto first = client({1}, file_);
  const auto second = client({1}, file_);  // somebody resumed it
  EXPECT_EQ(first->send(0, source(data), onward).error().reason, "ipc.unknown_ticket");
  EXPECT_TRUE(second->send(0, source(data), onward));
  EXPECT_TRUE(server_.tickets().close({1}));
  EXPECT_FALSE(server_.tickets().close({1}));
  EXPECT_EQ(second->send(10, source(data), onward).value_or(0), 10U);  // nothing went over
  file_->bytes.clear();
  EXPECT_EQ(second->send(0, source(data), onward).error().code, Code::unauthenticated);

  for (std::uint8_t i = 0; i < Tickets::kMost; ++i) ASSERT_TRUE(server_.tickets().open({i}, file_));
  EXPECT_EQ(server_.tickets().open({200}, file_).error().reason, "ipc.too_many_transfers");
  clock_.advance(Tickets::kUnused + std::chrono::seconds(1));
  EXPECT_TRUE(server_.tickets().open({200}, file_));
}

// Who goes on with a transfer is told an offset that stays.
TEST_F(Bulk, ATicketIsClosedBehindTheChunkThatIsBeingMoved) {
  const Bytes data = pattern(10);
  const auto slow = std::make_shared<Slow>();
  const auto sender = client({1}, slow);
  auto sent = std::async(std::launch::async, [&] { return sender->send(0, source(data), onward); });
  slow->began.get_future().wait();
  slow->closing.set_value();
  EXPECT_TRUE(server_.tickets().close({1}));
  EXPECT_TRUE(slow->ended);
  EXPECT_TRUE(sent.get());
}

TEST_F(Bulk, AChunkOverTheLimitIsRefused) {
  const Result<Credential> ticket = server_.tickets().open({1}, file_);
  ClientOptions options{.url = server_.url(), .target = "storage", .credential = *ticket};
  const auto raw = Client::open(options);
  const auto reply = call<BulkRead>(**raw, {.offset = 0, .bytes = kBulkChunk + 1});
  EXPECT_EQ(reply.error().code, Code::invalid_argument);
}

TEST(BulkUrl, IsBesideTheFirstSocket) {
  EXPECT_EQ(bulk_url_of("ipc:///run/storage/rpc.sock"), "ipc:///run/storage/bulk.sock");
  EXPECT_EQ(bulk_url_of("inproc://storage"), "inproc://storage.bulk");
}

}  // namespace
}  // namespace status::ipc
