// Where the events of the interface go. Implemented by whoever serves the module's stream `storage.events.next`.
#pragma once

#include <string>

#include "services/storage/api.h"

namespace status::storage {

// Any thread; must not call the service.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void progress(const TransferProgress& event) = 0;
  virtual void stored(const DatasetStored& event) = 0;
  virtual void removed(const DatasetRemoved& event) = 0;
  virtual void note(const std::string& text) = 0;  // for the module's log
};

}  // namespace status::storage
