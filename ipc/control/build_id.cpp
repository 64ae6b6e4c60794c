#include "ipc/control/build_id.h"

#include <elf.h>
#include <link.h>

#include <cstring>

namespace status::ipc::control {
namespace {

using View = std::span<const std::uint8_t>;

template <class T>
bool read_at(View image, std::uint64_t offset, T& out) {
  if (offset > image.size() || image.size() - offset < sizeof(T)) return false;
  std::memcpy(&out, image.data() + offset, sizeof(T));
  return true;
}

std::uint64_t aligned(std::uint64_t size, std::uint64_t to) { return (size + to - 1) / to * to; }

// Notes follow each other: header, name, content, both padded.
View id_among(View notes, std::uint64_t alignment) {
  ElfW(Nhdr) note{};
  for (std::uint64_t at = 0; read_at(notes, at, note);) {
    const std::uint64_t name = at + sizeof(note);
    const std::uint64_t content = name + aligned(note.n_namesz, alignment);
    const std::uint64_t next = content + aligned(note.n_descsz, alignment);
    if (next > notes.size()) return {};
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
        std::memcmp(notes.data() + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
      return note.n_descsz <= kMaxBuildIdBytes ? notes.subspan(content, note.n_descsz) : View();
    }
    at = next;
  }
  return {};
}

}  // namespace

std::span<const std::uint8_t> build_id_of(View image, std::optional<std::uint64_t> mapped_at) {
  ElfW(Ehdr) header{};
  if (!read_at(image, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != (sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32)) {
    return {};
  }
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment{};
    if (!read_at(image, header.e_phoff + i * sizeof(segment), segment)) return {};
    if (segment.p_type != PT_NOTE) continue;
    const std::uint64_t offset = mapped_at ? segment.p_vaddr - *mapped_at : segment.p_offset;
    if (offset > image.size() || image.size() - offset < segment.p_filesz) continue;
    const View id = id_among(image.subspan(offset, segment.p_filesz), segment.p_align == 8 ? 8 : 4);
    if (!id.empty()) return id;
  }
  return {};
}

}  // namespace status::ipc::control
