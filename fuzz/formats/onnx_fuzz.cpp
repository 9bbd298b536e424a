/// Networks in ONNX: the file's own structure, then the way from its nodes to a graph.
#include "fuzz/support/harness.h"
#include "lathe/formats/import_onnx.h"

namespace lathe::fuzz {

std::vector<std::string> seeds() {
  return files_in("tests/vectors/onnx", ".onnx");
}

void run(std::string_view bytes) {
  const Model model = import_onnx(parse_onnx(bytes, "/nowhere", "input"));
  require(!model.graph.outputs.empty(), "an imported network has outputs");
}

}  // namespace lathe::fuzz
