// What a test program asked the disk to keep: fsync and fdatasync are replaced in every program that links this, its
// shared libraries included. Any thread.
#pragma once

#include <string>
#include <vector>

namespace status::test {

// The files and folders that were synced since the last call, in order.
std::vector<std::string> take_synced();

// After so many others one fails with this errno, as on a disk that is failing.
void refuse_sync(int after, int error);

}  // namespace status::test
