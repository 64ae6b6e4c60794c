// A real Prometheus that scrapes a node with the rules of this repository, and answers queries. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ipc/base/value.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace status::test {

class PrometheusServer {
 public:
  // Scrapes `target` once a second with the committed configuration otherwise. `more`: lines of its job. Waits until it
  // is ready.
  explicit PrometheusServer(const std::string& target, const std::vector<std::string>& more = {});

  // The series of an instant query: `[{metric: {…}, value: [time, "text"]}]`. Empty, and a failure, when it is refused.
  Value::Array query(const std::string& expression) const;
  // The alerts as Prometheus has them: `[{labels: {alertname, …}, state: "pending"}]`.
  Value::Array alerts() const;
  std::string output() { return server_->read_all(); }

 private:
  Value get(const std::string& path) const;

  TempDir dir_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> server_;
};

}  // namespace status::test
