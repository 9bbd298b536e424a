/// State dicts as PyTorch 2.13 writes them (tests/vectors/state_dicts, by tools/make_state_dicts.py), whole networks
/// and single tensors, and the files that are refused.
#include "lathe/formats/state_dict.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>

#include "lathe/base/files.h"
#include "lathe/formats/load_weights.h"
#include "lathe/formats/read_weights.h"
#include "lathe/graph/builder.h"
#include "lathe/ops/layers.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

using test::error_of;
using test::source_folder;

std::filesystem::path vector(const std::string& name) {
  return source_folder() / "tests/vectors/state_dicts" / name;
}

/// The network of tools/make_state_dicts.py.
Graph net() {
  Builder builder;
  Value x = conv(builder.input("x", {1, 8}), "stem", {.out = 2, .kernel = 3});
  x = relu(batch_norm(x, "norm"), "active");
  return builder.finish({linear(global_average_pool(x, "mean"), "head", {.out = 3})});
}

/// Value i of tensor k is k + i / 8.
void expect_the_values(const TensorFile& file, double tolerance = 0) {
  ASSERT_EQ(file.tensors.size(), 9U);
  for (size_t k = 0; k < file.tensors.size(); ++k) {
    const auto& [name, tensor] = file.tensors[k];
    const at::Tensor expected = at::arange(tensor.numel()).div(8).add(static_cast<int64_t>(k)).reshape(tensor.sizes());
    EXPECT_TRUE(at::allclose(tensor.to(at::kFloat), expected.to(tensor.scalar_type()).to(at::kFloat), 0, tolerance))
        << name;
  }
}

/// What reading the file says, without its path.
std::string complaint(const std::string& name) {
  const std::string sentence = error_of([&] { read_state_dict(vector(name)); }), path = vector(name).string() + ": ";
  return sentence.rfind(path, 0) == 0 ? sentence.substr(path.size()) : "(no path) " + sentence;
}

TEST(StateDict, ComesInTheOrderOfTheModel) {
  const TensorFile file = read_state_dict(vector("plain.pt"));
  expect_the_values(file);
  EXPECT_EQ(file.tensors[0].first, "stem.weight");
  EXPECT_EQ(file.tensors[6].first, "norm.num_batches_tracked");
  EXPECT_EQ(file.tensors[6].second.scalar_type(), at::kLong);
  EXPECT_EQ(file.metadata.at("state_dict"), "");
}

TEST(StateDict, IsFoundInCheckpoints) {
  for (const char* name : {"checkpoint.pt", "protocol4.pt", "lightning.ckpt"}) {
    const TensorFile file = read_state_dict(vector(name));
    expect_the_values(file);
    EXPECT_EQ(file.metadata.at("state_dict"), "state_dict") << name;
  }
}

TEST(StateDict, AsksWhichOneWhereThereAreSeveral) {
  EXPECT_EQ(complaint("several.pt"),
            "holds several state dicts: 'discriminator' (9 tensors), 'generator' (9 tensors); say which to read: "
            "--entry NAME");
  expect_the_values(read_state_dict(vector("several.pt"), "generator"));
  EXPECT_EQ(error_of([] { read_state_dict(vector("several.pt"), "critic"); }),
            vector("several.pt").string() +
                ": has no state dict 'critic'; there are: 'discriminator' (9 tensors), 'generator' (9 tensors)");
}

TEST(StateDict, LoadsIntoAGraphByName) {
  for (const char* name : {"plain.pt", "half.pt", "lightning.ckpt", "no_checksums.pt"}) {
    Graph graph = net();
    const LoadedWeights report = load_weights(graph, read_weights(vector(name)));
    EXPECT_EQ(report.loaded.size(), 9U);
    EXPECT_EQ(report.prefix, std::string(name) == "lightning.ckpt" ? "model." : "");
    EXPECT_EQ(graph.node("head").params["bias"].scalar_type(), at::kFloat);
    EXPECT_TRUE(at::equal(graph.node("head").params["bias"].detach(), at::arange(3.0F).div(8).add(8))) << name;
  }
}

TEST(StateDict, HalfPrecisionStaysHalf) {
  const TensorFile file = read_state_dict(vector("half.pt"));
  expect_the_values(file);
  EXPECT_EQ(file.find("stem.weight")->scalar_type(), at::kHalf);
}

TEST(StateDict, ReadsEveryType) {
  const TensorFile file = read_state_dict(vector("tensors.pt"));
  const std::pair<const char*, at::ScalarType> types[] = {{"float64", at::kDouble},
                                                          {"float32", at::kFloat},
                                                          {"float16", at::kHalf},
                                                          {"bfloat16", at::kBFloat16},
                                                          {"int64", at::kLong},
                                                          {"int32", at::kInt},
                                                          {"int16", at::kShort},
                                                          {"int8", at::kChar},
                                                          {"uint8", at::kByte},
                                                          {"uint16", at::kUInt16},
                                                          {"float8_e4m3fn", at::kFloat8_e4m3fn}};
  for (const auto& [name, type] : types) {
    ASSERT_EQ(file.find(name)->scalar_type(), type) << name;
    EXPECT_TRUE(at::equal(file.find(name)->to(at::kFloat), at::arange(6.0F).reshape({2, 3}))) << name;
  }
  EXPECT_TRUE(at::equal(*file.find("bool"), at::arange(6).ne(0).reshape({2, 3})));
}

TEST(StateDict, ReadsEveryWindowIntoAStorage) {
  const TensorFile file = read_state_dict(vector("tensors.pt"));
  const at::Tensor base = at::arange(24.0F).reshape({4, 6});
  const auto expect = [&](const char* name, const at::Tensor& expected) {
    EXPECT_TRUE(at::equal(*file.find(name), expected)) << name;
    EXPECT_TRUE(file.find(name)->is_contiguous()) << name;
  };
  expect("scalar", at::arange(2.5F, 3.0F).reshape({}));
  expect("empty", at::arange(0.0F).reshape({0, 3}));
  expect("parameter", at::arange(2.0F));
  expect("transposed", base.t());
  expect("sliced", base.slice(0, 1).slice(1, 1, 6, 2));
  expect("row", base[2]);
  expect("broadcast", at::arange(3.0F).expand({2, 3}));
  EXPECT_EQ(file.find("shared")->data_ptr(), file.find("tied")->data_ptr());
  EXPECT_NE(file.find("row")->data_ptr(), file.find("shared")->data_ptr());
}

TEST(StateDict, WholeModelsAreRefusedByTheirClass) {
  EXPECT_EQ(
      complaint("module.pt"),
      "byte 66: this is a whole pickled object of class 'wrist_models.Net'; lathe reads state dicts only, because "
      "a pickle can run code; in Python: torch.save(model.state_dict(), path)");
  EXPECT_EQ(complaint("module_in_checkpoint.pt"),
            "byte 82: entry 'model' holds 'wrist_models.Net' (expected tensors, numbers, text and containers of them); "
            "lathe reads state dicts only, because a pickle can run code; in Python: torch.save(model.state_dict(), "
            "path)");
}

TEST(StateDict, OtherKindsOfFilesAreRefusedWithTheWayOut) {
  EXPECT_EQ(complaint("numpy.pt").substr(complaint("numpy.pt").find(": ") + 2, 45),
            "entry 'best' holds 'numpy._core.multiarray.sc");
  EXPECT_EQ(complaint("legacy.pt"),
            "is in the format that torch.save wrote before PyTorch 1.6 (expected a zip archive); in Python: "
            "torch.save(torch.load(path, weights_only=True), new_path)");
  EXPECT_EQ(
      complaint("script.pt"),
      "is a TorchScript program (expected a state dict); in Python: torch.save(torch.jit.load(path).state_dict(), "
      "new_path)");
  EXPECT_EQ(complaint("complex.pt"),
            "tensor 'w': byte 228: its values are of 'torch.ComplexFloatStorage' (expected real or whole numbers)");
}

TEST(ReadWeights, GoesByContent) {
  const test::ScratchFolder folder;
  write_safetensors(folder / "weights.pt", read_state_dict(vector("plain.pt")));
  std::filesystem::copy(vector("plain.pt"), folder / "weights.safetensors");
  expect_the_values(read_weights(folder / "weights.pt"));
  expect_the_values(read_weights(folder / "weights.safetensors"));
  write_atomic(folder / "weights.txt", "one, two, three");
  EXPECT_EQ(error_of([&] { read_weights(folder / "weights.txt"); }),
            (folder / "weights.txt").string() + ": is neither a safetensors file nor what torch.save writes");
  EXPECT_NE(error_of([] { read_weights(vector("legacy.pt")); }).find("before PyTorch 1.6"), std::string::npos);
}

}  // namespace
}  // namespace lathe
