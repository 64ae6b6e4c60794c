#include "services/storage/content/manifest.h"

#include <protozero/pbf_message.hpp>
#include <protozero/pbf_writer.hpp>

namespace status::storage {
namespace {

// The field holds an enumeration of the network's that begins with "incorrect": version 1 is 2 there.
constexpr std::uint32_t kCidVersion1 = 2;

enum class Field : protozero::pbf_tag_type { data = 1 };

enum class Header : protozero::pbf_tag_type {
  tree_cid = 1,
  block_size = 2,
  dataset_size = 3,
  codec = 4,
  hash_codec = 5,
  cid_version = 6,
  erasure = 7,
  filename = 8,
  mimetype = 9,
};

enum class Parity : protozero::pbf_tag_type {
  k = 1,
  m = 2,
  original_tree_cid = 3,
  original_dataset_size = 4,
  strategy = 5,
  verification = 6,
};

template <class Tag>
constexpr protozero::pbf_tag_type tag(Tag name) {
  return static_cast<protozero::pbf_tag_type>(name);
}

// A field counts only with the wire type that it should have: protozero asserts it and would end a debug build, and a
// release build would read nonsense.
template <class Tag>
constexpr std::uint32_t number(Tag name) {
  return protozero::tag_and_type(name, protozero::pbf_wire_type::varint);
}
template <class Tag>
constexpr std::uint32_t text(Tag name) {
  return protozero::tag_and_type(name, protozero::pbf_wire_type::length_delimited);
}

void add_bytes(protozero::pbf_writer& out, protozero::pbf_tag_type field, ByteView bytes) {
  out.add_bytes(field, as_text(bytes).data(), bytes.size());
}

void write_erasure(protozero::pbf_writer& header, const Erasure& erasure) {
  protozero::pbf_writer out(header, tag(Header::erasure));
  out.add_uint32(tag(Parity::k), erasure.k);
  out.add_uint32(tag(Parity::m), erasure.m);
  add_bytes(out, tag(Parity::original_tree_cid), erasure.original_tree.bytes());
  out.add_uint64(tag(Parity::original_dataset_size), erasure.original_bytes);
  out.add_uint32(tag(Parity::strategy), erasure.strategy);
  if (!erasure.verification.empty()) add_bytes(out, tag(Parity::verification), erasure.verification);
}

tl::unexpected<Error> invalid(std::string why) {
  return fail(Code::invalid_argument, "storage.invalid_manifest",
              "this is no manifest that this node understands: " + std::move(why));
}

ByteView view_of(const protozero::data_view& view) { return as_bytes({view.data(), view.size()}); }

Result<Cid> tree_of(const protozero::data_view& view) {
  Result<Cid> cid = Cid::from_bytes(view_of(view));
  if (!cid) return invalid(cid.error().message);
  if (cid->codec != Codec::root) return invalid("where the tree should be it names something else");
  return cid;
}

// The loops below throw protozero's exceptions, which end in decode().
Result<Erasure> read_erasure(const protozero::data_view& view) {
  Erasure erasure;
  bool has_tree = false;
  protozero::pbf_message<Parity> in(view);
  while (in.next()) {
    switch (in.tag_and_type()) {
      case number(Parity::k):
        erasure.k = in.get_uint32();
        break;
      case number(Parity::m):
        erasure.m = in.get_uint32();
        break;
      case text(Parity::original_tree_cid): {
        const Result<Cid> tree = tree_of(in.get_view());
        if (!tree) return fail(tree.error());
        erasure.original_tree = *tree;
        has_tree = true;
        break;
      }
      case number(Parity::original_dataset_size):
        erasure.original_bytes = in.get_uint64();
        break;
      case number(Parity::strategy):
        erasure.strategy = in.get_uint32();
        break;
      case text(Parity::verification):
        erasure.verification = to_bytes(view_of(in.get_view()));
        break;
      default:
        in.skip();
    }
  }
  if (erasure.k == 0 || erasure.m == 0 || !has_tree) return invalid("what it says of parity blocks is not complete");
  return erasure;
}

// Beside the manifest itself, what has to have one value.
struct Fixed {
  std::uint32_t block_size = 0;
  std::uint32_t codec = 0;
  std::uint32_t hash_codec = 0;
  std::uint32_t cid_version = 0;
  bool has_tree = false;
};

Status read_header(const protozero::data_view& view, Manifest& manifest, Fixed& fixed) {
  protozero::pbf_message<Header> in(view);
  while (in.next()) {
    switch (in.tag_and_type()) {
      case text(Header::tree_cid): {
        const Result<Cid> tree = tree_of(in.get_view());
        if (!tree) return fail(tree.error());
        manifest.tree = *tree;
        fixed.has_tree = true;
        break;
      }
      case number(Header::block_size):
        fixed.block_size = in.get_uint32();
        break;
      case number(Header::dataset_size):
        manifest.dataset_bytes = in.get_uint64();
        break;
      case number(Header::codec):
        fixed.codec = in.get_uint32();
        break;
      case number(Header::hash_codec):
        fixed.hash_codec = in.get_uint32();
        break;
      case number(Header::cid_version):
        fixed.cid_version = in.get_uint32();
        break;
      case text(Header::erasure): {
        Result<Erasure> erasure = read_erasure(in.get_view());
        if (!erasure) return fail(std::move(erasure.error()));
        manifest.erasure = std::move(*erasure);
        break;
      }
      case text(Header::filename):
        manifest.filename = in.get_string();
        break;
      case text(Header::mimetype):
        manifest.mimetype = in.get_string();
        break;
      default:
        in.skip();
    }
  }
  return {};
}

Status check(const Manifest& manifest, const Fixed& fixed) {
  if (!fixed.has_tree) return invalid("it names no tree");
  if (fixed.block_size != kBlockBytes) return invalid("its blocks have " + std::to_string(fixed.block_size) + " bytes");
  if (fixed.codec != std::uint32_t(Codec::block) || fixed.hash_codec != kSha256Code) {
    return invalid("its blocks are of another kind, or hashed in another way");
  }
  if (fixed.cid_version != kCidVersion1) return invalid("its addresses have another version");
  if (manifest.dataset_bytes == 0 || manifest.dataset_bytes > kMaxDatasetBytes)
    return invalid("its size is impossible");
  if (manifest.filename.size() > kMaxNameBytes || manifest.mimetype.size() > kMaxNameBytes) {
    return invalid("its name or type is too long");
  }
  return {};
}

}  // namespace

Bytes Manifest::encode() const {
  std::string out;
  protozero::pbf_writer outer(out);
  {
    protozero::pbf_writer header(outer, tag(Field::data));
    add_bytes(header, tag(Header::tree_cid), tree.bytes());
    header.add_uint32(tag(Header::block_size), kBlockBytes);
    header.add_uint64(tag(Header::dataset_size), dataset_bytes);
    header.add_uint32(tag(Header::codec), std::uint32_t(Codec::block));
    header.add_uint32(tag(Header::hash_codec), kSha256Code);
    header.add_uint32(tag(Header::cid_version), kCidVersion1);
    if (erasure) write_erasure(header, *erasure);
    if (!filename.empty()) header.add_string(tag(Header::filename), filename);
    if (!mimetype.empty()) header.add_string(tag(Header::mimetype), mimetype);
  }
  return to_bytes(as_bytes(out));
}

Result<Manifest> Manifest::decode(ByteView bytes) {
  if (bytes.size() > kMaxManifestBytes) return invalid("it is too long");
  Manifest manifest;
  Fixed fixed;
  try {
    protozero::pbf_message<Field> in(as_text(bytes).data(), bytes.size());
    while (in.next()) {
      if (in.tag_and_type() != text(Field::data)) {
        in.skip();
        continue;
      }
      if (Status read = read_header(in.get_view(), manifest, fixed); !read) return fail(std::move(read.error()));
    }
  } catch (const protozero::exception&) {
    return invalid("it is not the protobuf of a manifest");
  }
  if (Status checked = check(manifest, fixed); !checked) return fail(std::move(checked.error()));
  return manifest;
}

}  // namespace status::storage
