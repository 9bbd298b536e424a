/// Model files: graph and preprocessing as JSON, and the tensors that go with them.
#include "lathe/formats/model_file.h"

#include "fuzz/support/harness.h"
#include "lathe/base/files.h"
#include "lathe/graph/builder.h"
#include "lathe/ops/layers.h"

namespace lathe::fuzz {

std::vector<std::string> seeds() {
  Builder builder;
  Value x = builder.input("signal", {2, 16});
  x = conv(x, "stem", {.out = 3, .kernel = 4, .same = true});
  x = relu(batch_norm(x, "norm"), "active");
  Model model{"small", builder.finish({linear(global_average_pool(x, "mean"), "head", {.out = 2})})};
  model.preprocessing.class_names = {"clean", "artifact"};
  const std::filesystem::path path = as_file("", ".safetensors");
  save_model(path, model);
  return {read_text(path)};
}

void run(std::string_view bytes) {
  load_model(as_file(bytes, ".safetensors"));
}

}  // namespace lathe::fuzz
