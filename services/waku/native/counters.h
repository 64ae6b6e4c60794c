// What the backend counts, for `info`. On the backend's thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace status::waku::native {

struct Counters {
  std::uint64_t incarnations = 0;    // of the library's process that were worked with
  std::uint64_t delivered = 0;       // messages of subscribed topics
  std::uint64_t unwanted = 0;        // of topics that nobody has subscribed to
  std::uint64_t own = 0;             // own ones that came back
  std::uint64_t wrong_hashes = 0;    // the library's word for a hash is not ours: left out
  std::uint64_t unreadable = 0;      // events and stored messages that could not be read
  std::uint64_t lost_events = 0;     // the library's, by its host's word
  std::uint64_t sent_again = 0;      // taken by a library that ended before it propagated them
  std::uint64_t unconfirmed = 0;     // nobody said that a store has them
  std::uint64_t without_a_word = 0;  // sends of which the library said nothing more
  std::uint64_t catch_ups = 0;       // times that a store was asked for what was missed
  std::uint64_t caught_up = 0;       // messages found so
  std::uint64_t catch_up_failures = 0;

  std::vector<std::pair<std::string, std::uint64_t>> list() const {
    return {{"incarnations", incarnations},
            {"delivered", delivered},
            {"unwanted", unwanted},
            {"own", own},
            {"wrong_hashes", wrong_hashes},
            {"unreadable", unreadable},
            {"lost_events", lost_events},
            {"sent_again", sent_again},
            {"unconfirmed", unconfirmed},
            {"without_a_word", without_a_word},
            {"catch_ups", catch_ups},
            {"caught_up", caught_up},
            {"catch_up_failures", catch_up_failures}};
  }
};

}  // namespace status::waku::native
