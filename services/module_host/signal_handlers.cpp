#include "services/module_host/signal_handlers.h"

#include <cstring>

namespace status::module_host {

SignalHandlers::SignalHandlers() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], nullptr, &before_[i]);
}

std::string SignalHandlers::restore() const {
  std::string names;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction now {};
    ::sigaction(kSignals[i], nullptr, &now);
    // The handler with one argument and that with three share their place.
    if (now.sa_sigaction == before_[i].sa_sigaction) continue;
    ::sigaction(kSignals[i], &before_[i], nullptr);
    const char* const name = ::sigabbrev_np(kSignals[i]);
    names += (names.empty() ? "SIG" : " SIG") + std::string(name == nullptr ? "?" : name);
  }
  return names;
}

}  // namespace status::module_host
