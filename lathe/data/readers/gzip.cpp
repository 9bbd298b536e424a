#include "lathe/data/readers/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "lathe/base/errors.h"

namespace lathe {

struct Gunzip::State {
  z_stream stream = {};
  std::span<const std::byte> rest;  ///< not yet given to zlib
  bool ended = false;
};

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

Gunzip::Gunzip(std::span<const std::byte> bytes) : state_(std::make_unique<State>()) {
  state_->rest = bytes;
  check(inflateInit2(&state_->stream, 16 + MAX_WBITS) == Z_OK, "zlib has no memory left to unpack with");
}

Gunzip::~Gunzip() {
  inflateEnd(&state_->stream);
}

size_t Gunzip::read(std::span<std::byte> to) {
  constexpr size_t most = std::numeric_limits<uInt>::max();
  z_stream& stream = state_->stream;
  size_t done = 0;
  while (done < to.size() && !state_->ended) {
    if (stream.avail_in == 0) {
      const size_t length = std::min(state_->rest.size(), most);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(state_->rest.data()));
      stream.avail_in = static_cast<uInt>(length);
      state_->rest = state_->rest.subspan(length);
    }
    const size_t room = std::min(to.size() - done, most);
    stream.next_out = reinterpret_cast<Bytef*>(to.data() + done);
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    done += room - stream.avail_out;
    if (result == Z_STREAM_END) {
      // A second member may follow: `cat a.gz b.gz` is one file. Anything else behind the end is padding.
      const bool more = stream.avail_in > 1 && stream.next_in[0] == 0x1f && stream.next_in[1] == 0x8b;
      state_->ended = !more;
      if (more) inflateReset(&stream);
      continue;
    }
    check(result != Z_BUF_ERROR || stream.avail_in > 0 || !state_->rest.empty(),
          "compressed data is cut short (expected the end of the gzip stream, got the file's end)");
    check(result == Z_OK || result == Z_BUF_ERROR, "compressed data is damaged (zlib: {})",
          stream.msg != nullptr ? stream.msg : "no further reason");
  }
  return done;
}

}  // namespace lathe
