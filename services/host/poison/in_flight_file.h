// What a consumer of a durable stream is handling at this moment, in a file that outlives the process: a mapping, so
// that a note costs two stores and survives any death. Power loss may lose counts, and nothing else.
//
// Whoever opens it finds what was in flight when its predecessor died and counts that as a death of the item. Items
// that were in flight together share it; while such a suspicion lasts (`suspects`), the consumer takes them one at a
// time, so that the next death names one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "ipc/base/result.h"

namespace status::host {

// One thread, but for forgive().
class InFlightFile {
 public:
  using Digest = std::array<std::uint8_t, 16>;
  // An item of the stream; the digest tells it from another one that has the same number after the stream began anew.
  struct Item {
    std::uint64_t seq = 0;
    Digest digest{};
  };

  // Opens the file or makes it (0600, 4 KiB). One that is damaged or of another version is begun anew: its counts are
  // lost. Errors are the operating system's, RESOURCE_EXHAUSTED for a full disk among them.
  static Result<InFlightFile> open(const std::string& path);
  // Counts nothing beyond this process: for when there is no room for the file.
  static Result<InFlightFile> without_file();
  InFlightFile(InFlightFile&& other) noexcept;
  InFlightFile& operator=(InFlightFile&& other) noexcept;
  ~InFlightFile();

  // From now until done() or past(), a death is held against this item, these items, or this one of the quarantine.
  void handling(const Item& item);
  void handling(std::uint64_t first, std::uint64_t last);
  void retrying(std::int64_t id);
  // Nothing is in flight: it failed in good order, or was one of the quarantine.
  void done();
  // All up to here is committed: nothing is in flight, and no suspicion is left of what came before.
  void past(std::uint64_t seq);
  // The stream began anew: the numbers mean other items now.
  void forget();
  // The process was asked to end: its death, even by SIGKILL when it took too long, is nobody's fault. Any thread.
  void forgive();

  // Of a consumer that had this item in flight.
  std::uint32_t deaths(const Item& item) const;
  // Something was in flight in a death and has not been passed since.
  bool suspects() const;
  // The item of the quarantine that was being tried again when the predecessor died.
  std::optional<std::int64_t> died_retrying() const { return died_retrying_; }

 private:
  struct Content;
  explicit InFlightFile(Content* content) : content_(content) {}
  static Result<InFlightFile> map(int fd);
  void count_death();

  Content* content_;
  std::optional<std::int64_t> died_retrying_;
};

}  // namespace status::host
