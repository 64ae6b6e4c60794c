#include "tests/support/lossy_disk.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace status::test {
namespace {

constexpr std::size_t kSector = 512;

struct Operation {
  std::size_t offset = 0;
  std::string bytes;
  bool truncates = false;  // to `offset`
};

// One file: what the disk has for certain, and what is in its cache.
struct Record {
  std::string synced;
  std::vector<Operation> since;
};

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void apply(std::string& content, const Operation& operation, std::size_t bytes) {
  if (operation.truncates) return content.resize(operation.offset);
  content.resize(std::max(content.size(), operation.offset + bytes));
  content.replace(operation.offset, bytes, operation.bytes, 0, bytes);
}

// Counts what changes the disk, and fails from the limit on.
struct Power {
  std::uint64_t operations = 0;
  std::uint64_t limit = UINT64_MAX;
  bool fails() { return ++operations > limit; }
};

// What SQLite sees as a file of ours; the one below follows it in memory.
struct File {
  sqlite3_file base;
  Power* power;
  Record* record;  // null: neither a database nor its log
  sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& ours(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

int close_file(sqlite3_file* file) { return ours(file).below()->pMethods->xClose(ours(file).below()); }
int read_from(sqlite3_file* file, void* out, int bytes, sqlite3_int64 offset) {
  return ours(file).below()->pMethods->xRead(ours(file).below(), out, bytes, offset);
}
int write_to(sqlite3_file* file, const void* in, int bytes, sqlite3_int64 offset) {
  if (ours(file).power->fails()) return SQLITE_IOERR_WRITE;
  if (Record* record = ours(file).record) {
    record->since.push_back({static_cast<std::size_t>(offset),
                             std::string(static_cast<const char*>(in), static_cast<std::size_t>(bytes)), false});
  }
  return ours(file).below()->pMethods->xWrite(ours(file).below(), in, bytes, offset);
}
int truncate_to(sqlite3_file* file, sqlite3_int64 size) {
  if (ours(file).power->fails()) return SQLITE_IOERR_TRUNCATE;
  if (Record* record = ours(file).record) record->since.push_back({static_cast<std::size_t>(size), {}, true});
  return ours(file).below()->pMethods->xTruncate(ours(file).below(), size);
}
int sync_file(sqlite3_file* file, int) {
  if (ours(file).power->fails()) return SQLITE_IOERR_FSYNC;
  if (Record* record = ours(file).record) {
    for (const Operation& operation : record->since) apply(record->synced, operation, operation.bytes.size());
    record->since.clear();
  }
  return SQLITE_OK;  // the disk below need not bother
}
int size_of(sqlite3_file* file, sqlite3_int64* size) {
  return ours(file).below()->pMethods->xFileSize(ours(file).below(), size);
}
int lock(sqlite3_file* file, int level) { return ours(file).below()->pMethods->xLock(ours(file).below(), level); }
int unlock(sqlite3_file* file, int level) { return ours(file).below()->pMethods->xUnlock(ours(file).below(), level); }
int check_lock(sqlite3_file* file, int* out) {
  return ours(file).below()->pMethods->xCheckReservedLock(ours(file).below(), out);
}
int control(sqlite3_file* file, int op, void* argument) {
  return ours(file).below()->pMethods->xFileControl(ours(file).below(), op, argument);
}
int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
int characteristics(sqlite3_file*) { return 0; }  // promises nothing
int map_memory(sqlite3_file* file, int page, int bytes, int extend, void volatile** out) {
  return ours(file).below()->pMethods->xShmMap(ours(file).below(), page, bytes, extend, out);
}
int lock_memory(sqlite3_file* file, int offset, int count, int flags) {
  return ours(file).below()->pMethods->xShmLock(ours(file).below(), offset, count, flags);
}
void memory_barrier(sqlite3_file* file) { ours(file).below()->pMethods->xShmBarrier(ours(file).below()); }
int unmap_memory(sqlite3_file* file, int remove) {
  return ours(file).below()->pMethods->xShmUnmap(ours(file).below(), remove);
}

constexpr sqlite3_io_methods kMethods = {.iVersion = 2,
                                         .xClose = close_file,
                                         .xRead = read_from,
                                         .xWrite = write_to,
                                         .xTruncate = truncate_to,
                                         .xSync = sync_file,
                                         .xFileSize = size_of,
                                         .xLock = lock,
                                         .xUnlock = unlock,
                                         .xCheckReservedLock = check_lock,
                                         .xFileControl = control,
                                         .xSectorSize = sector_size,
                                         .xDeviceCharacteristics = characteristics,
                                         .xShmMap = map_memory,
                                         .xShmLock = lock_memory,
                                         .xShmBarrier = memory_barrier,
                                         .xShmUnmap = unmap_memory,
                                         .xFetch = nullptr,
                                         .xUnfetch = nullptr};

}  // namespace

struct LossyDisk::Layer {
  sqlite3_vfs vfs{};
  sqlite3_vfs* below = nullptr;
  Power power;
  std::map<std::string, Record> files;  // by path; references stay valid

  static Layer& of(sqlite3_vfs* vfs) { return *static_cast<Layer*>(vfs->pAppData); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    Layer& layer = of(vfs);
    File& made = ours(file);
    made.base.pMethods = nullptr;
    made.power = &layer.power;
    made.record = nullptr;
    const int opened = layer.below->xOpen(layer.below, path, made.below(), flags, out_flags);
    if (opened != SQLITE_OK) return opened;
    made.base.pMethods = &kMethods;
    if (path == nullptr || (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0) return SQLITE_OK;
    const auto [record, is_new] = layer.files.try_emplace(path);
    if (is_new) record->second.synced = content_of(path);
    made.record = &record->second;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync) {
    Layer& layer = of(vfs);
    if (layer.power.fails()) return SQLITE_IOERR_DELETE;
    layer.files.erase(path);
    return layer.below->xDelete(layer.below, path, sync);
  }
};

LossyDisk::LossyDisk() : layer_(std::make_unique<Layer>()) {
  layer_->below = sqlite3_vfs_find(nullptr);
  layer_->vfs = *layer_->below;
  layer_->vfs.zName = "lossy";
  layer_->vfs.pNext = nullptr;
  layer_->vfs.pAppData = layer_.get();
  layer_->vfs.szOsFile = static_cast<int>(sizeof(File)) + layer_->below->szOsFile;
  layer_->vfs.xOpen = Layer::open;
  layer_->vfs.xDelete = Layer::remove;
  sqlite3_vfs_register(&layer_->vfs, 1);
}

LossyDisk::~LossyDisk() {
  sqlite3_vfs_unregister(&layer_->vfs);
  sqlite3_vfs_register(layer_->below, 1);
}

void LossyDisk::fail_after(std::uint64_t operations) { layer_->power = {.operations = 0, .limit = operations}; }

bool LossyDisk::failed() const { return layer_->power.operations > layer_->power.limit; }

std::uint64_t LossyDisk::operations() const { return layer_->power.operations; }

void LossyDisk::lose(std::mt19937& dice) {
  for (auto& [path, record] : layer_->files) {
    std::string content = record.synced;
    for (const Operation& operation : record.since) {
      const auto fate = dice() % 4;
      if (fate == 0) continue;
      const std::size_t sectors = operation.bytes.size() / kSector;
      const bool torn = fate == 1 && sectors > 1;
      apply(content, operation, torn ? (dice() % sectors) * kSector : operation.bytes.size());
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    ::unlink((path + "-shm").c_str());
  }
  layer_->files.clear();
  layer_->power = {};
}

}  // namespace status::test
