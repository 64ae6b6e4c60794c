// Writes until it is killed: transactions of three rows, the number of each on standard output once its commit has
// returned.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "services/host/store/database.h"

using status::store::Database;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const status::host::SecretBytes key(status::Bytes(32, 7));
  auto database = Database::open(key, {.path = argv[1]});
  if (!database) {
    std::fprintf(stderr, "%s\n", database.error().describe().c_str());
    return 1;
  }
  std::int64_t number = 0;
  {
    auto tx = (*database)->write();
    if (!tx || !tx->script("CREATE TABLE IF NOT EXISTS t (number INTEGER, part INTEGER, data BLOB)")) return 1;
    number = tx->integer("SELECT max(number) FROM t").value_or(std::nullopt).value_or(0);
    if (!tx->commit()) return 1;
  }
  const status::Bytes data(3000, 5);
  while (true) {
    auto tx = (*database)->write();
    if (!tx) return 1;
    ++number;
    for (int part = 0; part < 3; ++part) {
      if (!tx->run("INSERT INTO t VALUES (?1, ?2, ?3)", {number, part, data})) return 1;
    }
    if (!tx->commit()) return 1;
    char line[24];
    const int length = std::snprintf(line, sizeof line, "%lld\n", static_cast<long long>(number));
    if (::write(STDOUT_FILENO, line, static_cast<std::size_t>(length)) != length) return 1;
  }
}
