/// NumPy arrays: whatever opens is read to its last value.
#include "lathe/data/readers/npy.h"

#include "fuzz/support/harness.h"

namespace lathe::fuzz {

std::vector<std::string> seeds() {
  std::vector<std::string> files;
  for (const char* dict : {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n",
                           "{'descr': '>i2', 'fortran_order': True, 'shape': (3, 4), }\n",
                           "{'descr': '|b1', 'fortran_order': False, 'shape': (24,), }\n",
                           "{'descr': '<u8', 'fortran_order': False, 'shape': (0, 3L), }\n",
                           "{'descr': '<u4', 'fortran_order': False, 'shape': (6,), }\n"}) {
    const std::string text = dict;
    files.push_back(std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(text.size()) + '\0' + text +
                    std::string(24, '\1'));
    files.push_back(std::string("\x93NUMPY\x02\x00", 8) + static_cast<char>(text.size()) + std::string(3, '\0') + text);
  }
  return files;
}

void run(std::string_view bytes) {
  const Array array = open_npy(as_file(bytes, ".npy"));
  require(array.values.nbytes() <= 4 * bytes.size(), "the array is larger than its file");
  array.values.contiguous().clone();
}

}  // namespace lathe::fuzz
