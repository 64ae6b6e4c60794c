#include "tests/unit/storage/lossy_folder.h"

#include <algorithm>
#include <set>

namespace status::storage::test {
namespace {

tl::unexpected<Error> power_failure() { return fail(Code::internal, "test.power", "the power failed"); }
tl::unexpected<Error> absent(const std::string& name) { return fail(Code::not_found, "test.absent", name); }

}  // namespace

class LossyFolder::File final : public DiskFile {
 public:
  File(LossyFolder& folder, std::shared_ptr<Contents> contents) : folder_(folder), contents_(std::move(contents)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    const Bytes& bytes = contents_->now;
    if (offset >= bytes.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(out.size(), bytes.size() - offset);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
    return count;
  }
  Status write(std::uint64_t offset, ByteView bytes) override {
    if (Status stepped = folder_.step(); !stepped) return stepped;
    contents_->since.push_back({offset, to_bytes(bytes)});
    apply(contents_->now, contents_->since.back());
    return {};
  }
  Status truncate(std::uint64_t bytes) override {
    if (Status stepped = folder_.step(); !stepped) return stepped;
    contents_->now.resize(bytes);
    return {};  // after power loss what was cut off may be there again
  }
  void start_sync(std::uint64_t, std::uint64_t) override {}
  Status sync() override {
    if (Status stepped = folder_.step(); !stepped) return stepped;
    contents_->synced = contents_->now;
    contents_->since.clear();
    return {};
  }

 private:
  LossyFolder& folder_;
  const std::shared_ptr<Contents> contents_;
};

void LossyFolder::apply(Bytes& to, const Write& write) {
  to.resize(std::max<std::size_t>(to.size(), write.offset + write.bytes.size()));
  std::ranges::copy(write.bytes, to.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

Status LossyFolder::step() {
  if (failed_()) return power_failure();
  if (operations_++ < fails_at_) return {};
  on_failure_();
  return power_failure();
}

Result<std::unique_ptr<DiskFile>> LossyFolder::create(const std::string& name) {
  if (Status stepped = step(); !stepped) return fail(stepped.error());
  auto [entry, fresh] = files_.emplace(name, std::make_shared<Contents>());
  if (!fresh) return fail(Code::already_exists, "test.exists", name);
  return std::make_unique<File>(*this, entry->second);
}

Result<std::unique_ptr<DiskFile>> LossyFolder::open(const std::string& name) {
  const auto found = files_.find(name);
  if (found == files_.end()) return absent(name);
  return std::make_unique<File>(*this, found->second);
}

Status LossyFolder::remove(const std::string& name) {
  if (Status stepped = step(); !stepped) return stepped;
  files_.erase(name);
  return {};
}

Result<std::vector<DiskEntry>> LossyFolder::list() {
  std::vector<DiskEntry> out;
  for (const auto& [name, contents] : files_) out.push_back({name, contents->now.size()});
  return out;
}

Status LossyFolder::sync_names() {
  if (Status stepped = step(); !stepped) return stepped;
  synced_names_ = files_;
  return {};
}

void LossyFolder::fail_after(std::uint64_t operations, std::function<bool()> failed, std::function<void()> on_failure) {
  operations_ = 0;
  fails_at_ = operations;
  failed_ = std::move(failed);
  on_failure_ = std::move(on_failure);
}

void LossyFolder::lose(std::mt19937& dice) {
  std::set<std::shared_ptr<Contents>> all;
  Names left;
  for (const auto& [name, contents] : synced_names_) {
    if (files_.contains(name) || dice() % 2 == 0) left[name] = contents;  // its removal may not have come through
  }
  for (const auto& [name, contents] : files_) {
    if (synced_names_.contains(name) || dice() % 2 == 0) left[name] = contents;
  }
  for (const auto& [name, contents] : left) {
    Bytes found = contents->synced;
    for (Write& write : contents->since) {
      const auto kept = dice() % 3;
      if (kept == 1) write.bytes.resize(write.bytes.size() / 2);
      if (kept != 0) apply(found, write);
    }
    contents->now = contents->synced = std::move(found);
    contents->since.clear();
  }
  files_ = synced_names_ = std::move(left);
  fail_after(
      UINT64_MAX, [] { return false; }, [] {});
}

}  // namespace status::storage::test
