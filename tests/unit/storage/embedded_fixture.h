// An embedded backend on a database of its own and a folder that can lose.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "services/storage/embedded/embedded_backend.h"
#include "tests/unit/host/store_fixture.h"
#include "tests/unit/storage/fixture.h"
#include "tests/unit/storage/lossy_folder.h"

namespace status::storage::test {

class EventLog final : public BackendEvents {
 public:
  void on_removed(const Cid& cid, Removal why) override { removed[cid] = why; }
  void on_notice(const std::string& text) override { notices.push_back(text); }

  std::map<Cid, Removal> removed;
  std::vector<std::string> notices;
};

inline UploadId upload_id(std::uint8_t number) { return {number}; }

// Contents that no other seed gives.
inline Bytes noise(std::size_t size, std::uint64_t seed) {
  SeededRandom random(seed);
  Bytes out(size);
  random.fill(out);
  return out;
}

inline Cid cid_of(ByteView data, const PutWish& wish = {}) {
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < block_count(data.size()); ++i) {
    leaves.push_back(block_digest(data.subspan(i * kBlockBytes, data_in_block(data.size(), i))));
  }
  const Manifest manifest{.tree = tree_cid(leaves),
                          .dataset_bytes = data.size(),
                          .erasure = {},
                          .filename = wish.filename,
                          .mimetype = wish.mimetype};
  return manifest_cid(manifest.encode());
}

// All of it; the error of a part that cannot be read.
inline Result<Bytes> read_whole(Backend& backend, const Cid& cid, std::size_t chunk = 100'000) {
  Bytes out;
  while (true) {
    Bytes part(chunk);
    const Result<std::size_t> got = backend.read(cid, out.size(), part);
    if (!got) return fail(got.error());
    out.insert(out.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(*got));
    if (*got < chunk) return out;
  }
}

// A put from begin to end, in chunks.
inline Result<Dataset> put(Backend& backend, const UploadId& id, ByteView data, const PutWish& wish = {},
                           std::size_t chunk = 150'000) {
  const Result<UploadState> begun = backend.begin(id, wish);
  if (!begun) return fail(begun.error());
  for (std::uint64_t at = begun->offset; at < data.size();) {
    const Result<std::uint64_t> written =
        backend.write(id, wish.owner, at, data.subspan(at, std::min<std::size_t>(chunk, data.size() - at)));
    if (!written) return fail(written.error());
    at = *written;
  }
  return backend.finish(id, wish.owner, {});
}

class EmbeddedTest : public ::testing::Test {
 protected:
  // As a new process would.
  void open() {
    const Status opened = try_open();
    ASSERT_TRUE(opened) << opened.error().describe();
  }
  void close() {
    backend_.reset();
    database_.reset();
  }
  Status try_open() {
    close();
    store::DatabaseOptions options;
    options.path = place_path_ + "/storage.db";
    options.clock = &clock_;
    options.disk = &space_;
    Result<std::unique_ptr<store::Database>> database = store::Database::open(store::test_key(), options);
    if (!database) return fail(std::move(database.error()));
    database_ = std::move(*database);
    const auto migrated = store::migrate(*database_, {catalogue::migration(1)});
    if (!migrated) return fail(migrated.error());
    Result<std::unique_ptr<EmbeddedBackend>> backend = EmbeddedBackend::open({.database = *database_,
                                                                              .disk = folder_,
                                                                              .node_key = store::test_key(9),
                                                                              .events = events_,
                                                                              .clock = clock_,
                                                                              .random = random_,
                                                                              .options = options_,
                                                                              .space = &space_});
    if (!backend) return fail(std::move(backend.error()));
    backend_ = std::move(*backend);
    return {};
  }

  Dataset must_put(std::uint8_t number, ByteView data, const PutWish& wish = {}) {
    const Result<Dataset> stored = put(*backend_, upload_id(number), data, wish);
    EXPECT_TRUE(stored) << stored.error().describe();
    return stored.value_or(Dataset());
  }
  bool has(const Cid& cid) { return backend_->find(cid).has_value(); }
  SpaceUse space() { return backend_->space().value_or(SpaceUse()); }

  store::TemporaryFolder place_;
  std::string place_path_ = place_.path();
  store::FakeDisk space_;
  FakeClock clock_;
  SystemRandom random_;
  LossyFolder folder_;
  EventLog events_;
  EmbeddedOptions options_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<EmbeddedBackend> backend_;
};

}  // namespace status::storage::test
