// The methods, over the embedded backend and tickets; the bulk socket's part is played by what a ticket stands for.
#include "services/storage/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/storage/embedded/config.h"
#include "tests/support/openrpc_check.h"
#include "tests/unit/storage/embedded_fixture.h"

namespace status::storage {
namespace {

using test::cid_of;
using test::noise;

class Events final : public EventSink {
 public:
  void progress(const TransferProgress& event) override { progressed.push_back(event); }
  void stored(const DatasetStored& event) override { stored_cids.push_back(event.cid); }
  void removed(const DatasetRemoved& event) override { removals.push_back(event.cid + " " + event.why); }
  void note(const std::string&) override {}

  std::vector<TransferProgress> progressed;
  std::vector<std::string> stored_cids;
  std::vector<std::string> removals;
};

class Service : public test::EmbeddedTest {
 protected:
  void SetUp() override { open(); }

  std::shared_ptr<ipc::BulkTransfer> transfer_of(const TransferReply& reply) {
    ipc::RequestHeader header;
    header.credential.emplace();
    std::copy_n(reply.ticket.bytes.begin(), 16, header.credential->begin());
    const auto found = tickets_.find(header);
    return found ? *found : nullptr;
  }
  StorageService& service() {
    if (!service_) {
      auto opened = StorageService::open({.database = *database_,
                                          .backend = *backend_,
                                          .backend_name = "embedded",
                                          .events = sink_,
                                          .tickets = tickets_,
                                          .bulk_url = "ipc:///bulk",
                                          .clock = clock_,
                                          .random = random_});
      EXPECT_TRUE(opened);
      service_ = std::move(*opened);
    }
    return *service_;
  }
  std::string stored(const Bytes& data, const Put::Request& request = {}) {
    const auto begun = service().put(request, me_);
    EXPECT_TRUE(begun) << begun.error().describe();
    EXPECT_EQ(begun->url, "ipc:///bulk");
    EXPECT_TRUE(transfer_of(*begun)->write(0, data));
    const auto done = service().finish({begun->transfer}, me_);
    EXPECT_TRUE(done) << done.error().describe();
    return done ? done->cid : std::string();
  }

  Events sink_;
  ipc::Tickets tickets_{clock_, random_};
  std::unique_ptr<StorageService> service_;
  Caller me_{"gateway/desktop", ""};
};

TEST(StorageInterface, IsTheCommittedDocument) {
  EXPECT_TRUE(status::test::matches_committed(interface(), "services/storage/openrpc.json"));
}

TEST_F(Service, PutsAndGetsAFile) {
  const Bytes data = noise(3 * kBlockBytes + 7, 1);
  const std::string cid = stored(data, {.filename = "f", .mimetype = "text/plain", .size = data.size()});
  EXPECT_EQ(cid, cid_of(data, {.filename = "f", .mimetype = "text/plain"}).text());
  EXPECT_EQ(sink_.stored_cids, std::vector{cid});
  EXPECT_TRUE(service().exists({cid})->exists);
  const auto view = service().manifest({cid});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->size, data.size());
  EXPECT_EQ(view->filename, "f");
  EXPECT_EQ(view->block_size, kBlockBytes);
  EXPECT_EQ(view->expires_ms, clock_.unix_ms() + options_.ttl_ms);

  const auto whole = service().get({.cid = cid});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->size, data.size());
  EXPECT_EQ(transfer_of(*whole)->read(0, data.size()).value(), data);
  EXPECT_EQ(transfer_of(*whole)->write(0, data).error().code, Code::unimplemented);
  EXPECT_EQ(service().traffic().put, data.size());
  EXPECT_EQ(service().traffic().got, data.size());
}

TEST_F(Service, ParityIsAskedForAndShown) {
  const std::string cid = stored(noise(10, 1), {.data_blocks = 4, .parity_blocks = 2});
  EXPECT_EQ(service().manifest({cid})->data_blocks, 4U);
  EXPECT_EQ(service().manifest({cid})->parity_blocks, 2U);
  EXPECT_EQ(service().put({.data_blocks = 4}, me_).error().reason, "storage.invalid_parity");
  EXPECT_EQ(service().put({.parity_blocks = 4}, me_).error().reason, "storage.invalid_parity");
}

TEST_F(Service, GetsARangeAndNothingBesideIt) {
  const Bytes data = noise(100'000, 1);
  const std::string cid = stored(data);
  const auto range = service().get({.cid = cid, .offset = 70'000, .length = 100});
  ASSERT_TRUE(range);
  EXPECT_EQ(range->offset, 70'000U);
  EXPECT_EQ(range->size, 70'100U);
  const auto transfer = transfer_of(*range);
  EXPECT_EQ(transfer->read(70'000, 1'000).value(), Bytes(data.begin() + 70'000, data.begin() + 70'100));
  EXPECT_EQ(transfer->read(69'999, 1).error().code, Code::out_of_range);
  EXPECT_EQ(transfer->read(70'101, 1).error().code, Code::out_of_range);
  EXPECT_EQ(service().get({.cid = cid, .offset = 99'000, .length = 5'000})->size, 100'000U);
  EXPECT_EQ(service().get({.cid = cid, .offset = 100'001}).error().reason, "storage.past_the_end");
}

TEST_F(Service, APutIsResumedByItsOwnerAlone) {
  const Bytes data = noise(2 * kBlockBytes, 1);
  const auto begun = service().put({.size = data.size()}, me_);
  ASSERT_TRUE(transfer_of(*begun)->write(0, ByteView(data).first(kBlockBytes)));
  EXPECT_EQ(service().resume({begun->transfer}, {"chat", ""}).error().code, Code::permission_denied);
  EXPECT_EQ(service().finish({begun->transfer}, {"chat", ""}).error().code, Code::permission_denied);
  EXPECT_EQ(service().cancel({begun->transfer}, {"chat", ""}).error().code, Code::permission_denied);
  const auto resumed = service().resume({begun->transfer}, me_);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->offset, kBlockBytes);
  EXPECT_EQ(transfer_of(*begun), nullptr);  // the ticket before is worth nothing now
  ASSERT_TRUE(transfer_of(*resumed)->write(kBlockBytes, ByteView(data).subspan(kBlockBytes)));
  EXPECT_EQ(service().finish({begun->transfer}, me_)->cid, cid_of(data).text());
  EXPECT_EQ(service().finish({begun->transfer}, me_)->cid, cid_of(data).text());
  EXPECT_EQ(sink_.stored_cids.size(), 1U);
}

TEST_F(Service, AKeyNamesOnePutOfOneCaller) {
  const Bytes data = noise(10, 1);
  me_.idempotency_key = "k";
  const auto begun = service().put({.filename = "a"}, me_);
  ASSERT_TRUE(transfer_of(*begun)->write(0, data));
  const auto again = service().put({.filename = "a"}, me_);
  EXPECT_EQ(again->transfer, begun->transfer);
  EXPECT_EQ(again->offset, data.size());
  EXPECT_EQ(service().put({.filename = "b"}, me_).error().code, Code::failed_precondition);
  EXPECT_NE(service().put({.filename = "a"}, {"chat", "k"})->transfer, begun->transfer);
  ASSERT_TRUE(service().finish({begun->transfer}, me_));
  const auto done = service().put({.filename = "a"}, me_);
  EXPECT_TRUE(done->url.empty());
  EXPECT_EQ(done->offset, data.size());
  EXPECT_EQ(service().finish({done->transfer}, me_)->size, data.size());
}

TEST_F(Service, AKeyedWriteIsDoneOnce) {
  const std::string cid = stored(noise(10, 1));
  const Caller keyed{"gateway/desktop", "k"};
  EXPECT_TRUE(service().pin({.cid = cid}, keyed)->pinned);
  EXPECT_FALSE(service().pin({.cid = cid, .pinned = false}, me_)->pinned);
  EXPECT_TRUE(service().pin({.cid = cid}, keyed)->pinned) << "the reply of the first time";
  EXPECT_FALSE(service().manifest({cid})->pinned) << "which changed nothing any more";
  EXPECT_EQ(service().pin({.cid = cid, .pinned = false}, keyed).error().reason, "ipc.idempotency_mismatch");

  EXPECT_TRUE(service().remove({cid}, keyed)->deleted);
  EXPECT_EQ(stored(noise(10, 1)), cid);
  service_.reset();  // another process
  EXPECT_TRUE(service().remove({cid}, keyed)->deleted);
  EXPECT_TRUE(service().exists({cid})->exists);
  EXPECT_EQ(sink_.removals.size(), 1U);
}

TEST_F(Service, AKeyedFinishAndCancelHaveOneReply) {
  const Caller keyed{"gateway/desktop", "k"};
  const auto begun = service().put({}, me_);
  ASSERT_TRUE(transfer_of(*begun)->write(0, noise(10, 1)));
  const auto done = service().finish({begun->transfer}, keyed);
  ASSERT_TRUE(done);
  ASSERT_TRUE(service().remove({done->cid}, me_));
  EXPECT_EQ(service().finish({begun->transfer}, keyed)->cid, done->cid);
  EXPECT_EQ(sink_.stored_cids.size(), 1U);

  const auto get = service().get({.cid = stored(noise(10, 2))});
  EXPECT_TRUE(service().cancel({get->transfer}, keyed));
  EXPECT_TRUE(service().cancel({get->transfer}, keyed));
  EXPECT_EQ(service().cancel({begun->transfer}, keyed).error().reason, "ipc.idempotency_mismatch");
}

TEST_F(Service, AFinishIsToldOnceWhoeverWasThereBefore) {
  const auto begun = service().put({}, me_);
  ASSERT_TRUE(transfer_of(*begun)->write(0, noise(10, 1)));
  tickets_.close(begun->transfer.bytes);  // as in a process that came after
  ASSERT_TRUE(service().finish({begun->transfer}, me_));
  ASSERT_TRUE(service().finish({begun->transfer}, me_));
  EXPECT_EQ(sink_.stored_cids.size(), 1U);
}

TEST_F(Service, CancelEndsPutsAndGets) {
  const auto put = service().put({}, me_);
  EXPECT_TRUE(service().cancel({put->transfer}, me_));
  EXPECT_EQ(transfer_of(*put), nullptr);
  EXPECT_EQ(service().resume({put->transfer}, me_).error().code, Code::not_found);
  const auto get = service().get({.cid = stored(noise(10, 1))});
  EXPECT_TRUE(service().cancel({get->transfer}, me_));
  EXPECT_EQ(transfer_of(*get), nullptr);
  EXPECT_EQ(service().cancel({get->transfer}, me_).error().code, Code::not_found);
}

TEST_F(Service, SaysHowFarItIsButNotEachTime) {
  const Bytes data = noise(100, 1);
  const auto put = service().put({.size = data.size()}, me_);
  const auto transfer = transfer_of(*put);
  for (std::size_t i = 0; i < 100; ++i) ASSERT_TRUE(transfer->write(i, ByteView(data).subspan(i, 1)));
  ASSERT_EQ(sink_.progressed.size(), 2U);  // the first, and the end
  EXPECT_EQ(sink_.progressed.back().offset, 100U);
  EXPECT_EQ(sink_.progressed.back().size, 100U);
  EXPECT_EQ(sink_.progressed.back().direction, "put");
  EXPECT_EQ(sink_.progressed.back().transfer, put->transfer);
}

TEST_F(Service, ListsPinsAndDeletes) {
  std::vector<std::string> cids;
  for (std::uint64_t i = 0; i < 3; ++i) cids.push_back(stored(noise(10, 50 + i)));
  const auto first = service().list({.after = 0, .limit = 2});
  ASSERT_EQ(first->datasets.size(), 2U);
  ASSERT_TRUE(first->next);
  const auto second = service().list({.after = *first->next, .limit = 2});
  ASSERT_EQ(second->datasets.size(), 1U);
  EXPECT_FALSE(second->next);
  EXPECT_EQ(second->datasets[0].cid, cids[2]);

  EXPECT_TRUE(service().pin({.cid = cids[0]}, me_)->pinned);
  EXPECT_FALSE(service().manifest({cids[0]})->expires_ms);
  EXPECT_TRUE(service().remove({cids[0]}, me_)->deleted);
  EXPECT_FALSE(service().remove({cids[0]}, me_)->deleted);
  EXPECT_FALSE(service().exists({cids[0]})->exists);
  EXPECT_EQ(sink_.removals, std::vector{cids[0] + " deleted"});
  EXPECT_EQ(service().manifest({cids[0]}).error().reason, "storage.unknown_cid");
  const auto space = service().space();
  EXPECT_EQ(space->datasets, 2U);
  EXPECT_EQ(space->used_bytes, 2 * kSlotBytes);
  EXPECT_EQ(space->blocks, 2U);
}

TEST_F(Service, RefusesWhatIsNoAddress) {
  for (const std::string& cid : {std::string("x"), std::string("zD"), Cid{Codec::block, {}}.text()}) {
    EXPECT_EQ(service().get({.cid = cid}).error().code, Code::invalid_argument) << cid;
    EXPECT_EQ(service().manifest({cid}).error().code, Code::invalid_argument);
    EXPECT_EQ(service().exists({cid}).error().code, Code::invalid_argument);
  }
}

TEST(StorageSettings, AreReadOrRefusedByName) {
  const auto options = parse_options(Value::map({{"quota_bytes", 1 << 21}, {"ttl_hours", 2}}));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->quota_bytes, 1U << 21U);
  EXPECT_EQ(options->ttl_ms, 7'200'000);
  EXPECT_EQ(options->reserve_bytes, EmbeddedOptions().reserve_bytes);
  EXPECT_THAT(parse_options(Value::map({{"quota_byte", 1}})).error().message, testing::HasSubstr("quota_bytes"));
  EXPECT_FALSE(parse_options(Value::map({{"quota_bytes", 5}})));
  EXPECT_FALSE(parse_options(Value::map({{"ttl_hours", "long"}})));
  EXPECT_FALSE(parse_options(Value("x")));
}

}  // namespace
}  // namespace status::storage
