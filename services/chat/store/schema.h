// The tables of the chat module's database.
#pragma once

#include <vector>

#include "services/host/store/migration.h"

namespace status::chat {

// For store::migrate. Any thread.
std::vector<store::Migration> migrations();

}  // namespace status::chat
