#include "supervisor/cli/statusctl/build_id.h"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <fstream>
#include <vector>

#include "ipc/base/bytes.h"

namespace status::cli {
namespace {

constexpr std::size_t kMostNotes = 64 * 1'024;

template <class T>
bool read_at(std::ifstream& file, std::uint64_t offset, T* out, std::size_t bytes = sizeof(T)) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(out), static_cast<std::streamsize>(bytes)));
}

std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

std::string build_id_in(const Bytes& notes) {
  ElfW(Nhdr) note{};
  for (std::size_t at = 0; at + sizeof(note) <= notes.size();) {
    std::memcpy(&note, notes.data() + at, sizeof(note));
    const std::size_t name = at + sizeof(note);
    const std::size_t content = name + padded(note.n_namesz);
    const std::size_t end = content + padded(note.n_descsz);
    if (end > notes.size() || end <= at) return {};
    const bool gnu = note.n_namesz == 4 && std::memcmp(notes.data() + name, "GNU", 4) == 0;
    if (gnu && note.n_type == NT_GNU_BUILD_ID) return to_hex(ByteView(notes).subspan(content, note.n_descsz));
    at = end;
  }
  return {};
}

}  // namespace

std::string build_id_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  ElfW(Ehdr) head{};
  if (!read_at(file, 0, &head) || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (head.e_phentsize != sizeof(ElfW(Phdr))) return {};
  for (std::size_t i = 0; i < head.e_phnum; ++i) {
    ElfW(Phdr) part{};
    if (!read_at(file, head.e_phoff + i * sizeof(part), &part)) return {};
    if (part.p_type != PT_NOTE || part.p_filesz > kMostNotes) continue;
    Bytes notes(part.p_filesz);
    if (!read_at(file, part.p_offset, notes.data(), notes.size())) return {};
    if (std::string id = build_id_in(notes); !id.empty()) return id;
  }
  return {};
}

}  // namespace status::cli
