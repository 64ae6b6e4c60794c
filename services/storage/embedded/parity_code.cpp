#include "services/storage/embedded/parity_code.h"

#include <isa-l/erasure_code.h>

#include <algorithm>
#include <array>

namespace status::storage {
namespace {

constexpr std::size_t kTableBytes = 32;  // of one coefficient

// ISA-L takes what it only reads without const.
std::uint8_t* readable(const std::uint8_t* bytes) { return const_cast<std::uint8_t*>(bytes); }

}  // namespace

ParityCode::ParityCode(GroupShape shape)
    : shape_(shape),
      matrix_((shape.data + shape.parity) * shape.data),
      tables_(kTableBytes * shape.data * shape.parity) {
  const auto data = static_cast<int>(shape_.data);
  // Of a Cauchy matrix every square part can be inverted, which is what "any K" needs.
  gf_gen_cauchy1_matrix(matrix_.data(), static_cast<int>(shape_.data + shape_.parity), data);
  ec_init_tables(data, static_cast<int>(shape_.parity), matrix_.data() + shape_.data * shape_.data, tables_.data());
}

void ParityCode::add(unsigned place, ByteView block, std::span<Bytes> parity) const {
  std::array<std::uint8_t*, GroupShape::kMostParity> rows{};
  std::ranges::transform(parity, rows.begin(), [](Bytes& row) { return row.data(); });
  ec_encode_data_update(static_cast<int>(block.size()), static_cast<int>(shape_.data), static_cast<int>(shape_.parity),
                        static_cast<int>(place), readable(tables_.data()), readable(block.data()), rows.data());
}

void ParityCode::recover(unsigned place, std::span<const Known> known, std::span<std::uint8_t> block) const {
  const auto data = static_cast<int>(shape_.data);
  std::vector<std::uint8_t> chosen(std::size_t{shape_.data} * shape_.data);
  std::array<std::uint8_t*, GroupShape::kMostData> sources{};
  for (unsigned i = 0; i < shape_.data; ++i) {
    std::copy_n(matrix_.begin() + known[i].place * shape_.data, shape_.data, chosen.begin() + i * shape_.data);
    sources[i] = readable(known[i].block.data());
  }
  std::vector<std::uint8_t> inverse(chosen.size());
  gf_invert_matrix(chosen.data(), inverse.data(), data);
  std::vector<std::uint8_t> tables(kTableBytes * shape_.data);
  ec_init_tables(data, 1, inverse.data() + place * shape_.data, tables.data());
  std::uint8_t* out = block.data();
  ec_encode_data(static_cast<int>(block.size()), data, 1, tables.data(), sources.data(), &out);
}

}  // namespace status::storage
