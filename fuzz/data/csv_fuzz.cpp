/// Tables as text, numbers and labels.
#include "lathe/data/readers/csv.h"

#include "fuzz/support/harness.h"
#include "lathe/base/errors.h"

namespace lathe::fuzz {

std::vector<std::string> seeds() {
  return {"time,ppg,label\n0,0.5,clean\n1,-2e3,\"two \"\"words\"\", and a comma\"\n",
          "\xEF\xBB\xBFtime;ppg\n0;0.5\n1;NA\n2;\n", "0\t1\n+1\t-inf\n\n", "a\n\"x\ny\"\n1\n"};
}

void run(std::string_view bytes) {
  const std::filesystem::path path = as_file(bytes, ".csv");
  try {
    read_labels(path, "label");
  } catch (const Error&) {  // most tables have no such column, and are read as numbers all the same
  }
  read_csv(path);
}

}  // namespace lathe::fuzz
