/// IDX arrays, plain and packed: whatever opens is read to its last value.
#include "lathe/data/readers/idx.h"

#include <zlib.h>

#include "fuzz/support/harness.h"
#include "lathe/data/readers/gzip.h"

namespace lathe::fuzz {

namespace {

std::string packed(const std::string& bytes) {
  std::string out(bytes.size() + 256, '\0');
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> files;
  for (const std::string& head :
       {std::string("\0\0\x08\x03\0\0\0\2\0\0\0\3\0\0\0\4", 16), std::string("\0\0\x08\x01\0\0\0\x18", 8),
        std::string("\0\0\x0e\x01\0\0\0\3", 8), std::string("\0\0\x0b\x02\0\0\0\3\0\0\0\4", 12)}) {
    files.push_back(head + std::string(24, '\1'));
    files.push_back(packed(files.back()));
  }
  return files;
}

void run(std::string_view bytes) {
  const Array array = open_idx(as_file(bytes, ".idx"));
  require(array.values.nbytes() <= most_bytes_a_deflated_byte * (bytes.size() + 1),
          "the array is larger than its file");
  array.values.contiguous().clone();
}

}  // namespace lathe::fuzz
