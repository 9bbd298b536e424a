/// ONNX's own backend tests, where they are there: $LATHE_ONNX_BACKEND_TESTS is a folder of folders, each with
/// model.onnx and test_data_set_0/{input,output}_N.pb (tools/check_onnx_backend.py writes them). What lathe reads must
/// give the stored numbers; what it does not read it must refuse. $LATHE_ONNX_BACKEND_ONLY names one folder;
/// $LATHE_ONNX_BACKEND_REPORT gets the results.
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <c10/util/Exception.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lathe/exec/run.h"
#include "lathe/formats/import_onnx.h"
#include "tests/formats/onnx_wire.h"
#include "tests/support/support.h"

namespace lathe {
namespace {

namespace fs = std::filesystem;

struct Case {
  OnnxModel model;
  std::vector<OnnxTensor> inputs, outputs;
};

struct Result {
  enum Status { passed, left_out, failed } status = left_out;
  std::string reason = {};  ///< why it was left out, or what is wrong
  double difference = -1;   ///< largest over largest expected value, where it ran
};

bool is_real(const OnnxTensor& tensor) {
  return tensor.type == OnnxType::float32 || tensor.type == OnnxType::float64 || tensor.type == OnnxType::float16 ||
         tensor.type == OnnxType::bfloat16;
}

std::vector<OnnxTensor> tensors_in(const fs::path& folder, const std::string& kind) {
  std::vector<OnnxTensor> tensors;
  for (int i = 0;; ++i) {
    const fs::path file = folder / (kind + "_" + std::to_string(i) + ".pb");
    if (!fs::exists(file)) return tensors;
    tensors.push_back(test::read_tensor_file(file));
  }
}

Case read_case(const fs::path& folder) {
  return {read_onnx(folder / "model.onnx"), tensors_in(folder / "test_data_set_0", "input"),
          tensors_in(folder / "test_data_set_0", "output")};
}

/// Most of ONNX's tests feed weights and sizes as inputs: all but the first of real numbers become constants.
void keep_one_input(Case& test) {
  bool found = false;
  std::vector<OnnxValue> values;
  std::vector<OnnxTensor> tensors;
  for (size_t i = 0; i < test.model.inputs.size() && i < test.inputs.size(); ++i) {
    OnnxTensor& tensor = test.inputs[i];
    const bool stays = !found && is_real(tensor) && tensor.dims.size() > 1;
    found = found || stays;
    if (stays) {
      values.push_back(test.model.inputs[i]);
      tensors.push_back(std::move(tensor));
    } else {
      tensor.name = test.model.inputs[i].name;
      test.model.constants.push_back(std::move(tensor));
    }
  }
  test.model.inputs = std::move(values);
  test.inputs = std::move(tensors);
}

bool share_a_batch(const Case& test) {
  for (const OnnxTensor& input : test.inputs)
    if (input.dims.size() < 2 || input.dims[0] != test.inputs[0].dims[0]) return false;
  return true;
}

/// Largest difference over largest expected value; infinite where shapes differ or only one of two is finite.
double difference(const at::Tensor& got, const at::Tensor& expected) {
  if (got.sizes() != expected.sizes()) return INFINITY;
  if (expected.numel() == 0) return 0;
  const at::Tensor a = got.to(at::kDouble), b = expected.to(at::kDouble);
  const at::Tensor other = b.isfinite().logical_not();
  if (!at::equal(a.masked_fill(other.logical_not(), 0).nan_to_num(),
                 b.masked_fill(other.logical_not(), 0).nan_to_num()))
    return INFINITY;
  const double scale = b.masked_fill(other, 0).abs().max().item().toDouble();
  const double error = a.sub(b).masked_fill(other, 0).abs().max().item().toDouble();
  return std::isnan(error) ? INFINITY : error / std::max(scale, 1e-6);
}

/// ONNX's own measure, value by value: some of its expectations are rounded to four digits. Looser for half precision.
bool good(const at::Tensor& got, const at::Tensor& expected) {
  const bool half = expected.scalar_type() == at::kHalf || expected.scalar_type() == at::kBFloat16;
  return got.sizes() == expected.sizes() &&
         at::allclose(got.to(at::kDouble), expected.to(at::kDouble), half ? 1e-2 : 1e-3, half ? 1e-3 : 1e-6, true);
}

Result result_of(Case test) {
  Model model;
  try {
    model = import_onnx(std::move(test.model));
  } catch (const Error& error) {
    return {error.code() == ExitCode::bug ? Result::failed : Result::left_out, error.what()};
  }
  std::vector<Tensor> inputs;
  for (const OnnxTensor& input : test.inputs) inputs.push_back(tensor_of(input).to(at::kFloat));
  const at::NoGradGuard no_gradients;
  const std::vector<Tensor> outputs = run(model.graph, inputs).outputs;
  if (outputs.size() != test.outputs.size())
    return {Result::failed, fmt::format("{} outputs (expected {})", outputs.size(), test.outputs.size())};
  Result result{Result::passed, "", 0};
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor expected = tensor_of(test.outputs[i]);
    result.difference = std::max(result.difference, difference(outputs[i], expected));
    if (good(outputs[i], expected) || result.status == Result::failed) continue;
    result.status = Result::failed;
    result.reason = fmt::format("output {} is off by {:.2g} (shape {}, expected {})", i, result.difference,
                                Shape(outputs[i].sizes().vec()), Shape(expected.sizes().vec()));
  }
  return result;
}

Result guarded(Case test) {
  try {
    return result_of(std::move(test));
  } catch (const Error& error) {
    return {Result::failed, std::string("was read, but does not run: ") + error.what()};
  } catch (const c10::Error& error) {
    return {Result::failed, std::string("LibTorch: ") + error.what_without_backtrace()};
  }
}

/// With its inputs as they are, and with all but one as constants: neither may give a wrong number. Outputs behind the
/// first (layer norm's mean) are dropped where lathe does not compute them.
Result both_ways(const fs::path& folder) {
  Case test;
  try {
    test = read_case(folder);
  } catch (const Error& error) {
    return {Result::left_out, error.what()};
  }
  Case one = test;
  keep_one_input(one);
  const bool several = one.inputs.size() != test.inputs.size();
  if (one.inputs.empty()) return {Result::left_out, "no input is [N, ...] of real numbers"};
  Result second = guarded(one);
  if (second.status == Result::left_out && one.outputs.size() > 1) {
    one.model.outputs.resize(1);
    one.outputs.resize(1);
    second = guarded(std::move(one));
  }
  if (!several || second.status == Result::failed || !share_a_batch(test)) return second;
  Result first = guarded(std::move(test));
  return first.status == Result::left_out ? second : first;
}

TEST(OnnxBackend, WhatIsReadGivesTheStoredNumbers) {
  const char* given = std::getenv("LATHE_ONNX_BACKEND_TESTS");
  if (given == nullptr)
    GTEST_SKIP()
        << "needs ONNX's backend tests: set LATHE_ONNX_BACKEND_TESTS to what tools/check_onnx_backend.py --write made";
  const char* only = std::getenv("LATHE_ONNX_BACKEND_ONLY");
  std::vector<fs::path> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(given))
    if (fs::exists(entry.path() / "model.onnx") && (only == nullptr || entry.path().filename() == only))
      folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  ASSERT_FALSE(folders.empty()) << given << " holds no folders with a model.onnx";
  nlohmann::json report = nlohmann::json::array();
  int passed = 0;
  for (const fs::path& folder : folders) {
    const Result result = both_ways(folder);
    EXPECT_NE(result.status, Result::failed) << folder.filename() << ": " << result.reason;
    passed += result.status == Result::passed;
    constexpr const char* kNames[] = {"passed", "left out", "failed"};
    report.push_back(
        {{"name", folder.filename().string()}, {"status", kNames[result.status]}, {"reason", result.reason}});
    if (result.difference >= 0 && std::isfinite(result.difference)) report.back()["difference"] = result.difference;
  }
  if (const char* file = std::getenv("LATHE_ONNX_BACKEND_REPORT"))
    std::ofstream(file) << report.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
  EXPECT_GT(passed, 0);
}

}  // namespace
}  // namespace lathe
