/// The first 20 losses of the PPG artifact segmenter on real windows against PyTorch (tools/reference_ppg.py).
#include <ATen/ops/cat.h>

#include <cmath>
#include <sstream>

#include "lathe/base/files.h"
#include "lathe/data/readers/npy.h"
#include "tests/train/sample_nets.h"

namespace lathe {
namespace {

using namespace test;

/// The numbers of a JSON list; the tests of training need no JSON library for one.
std::vector<double> listed(const std::string& json, const std::string& key) {
  const size_t begin = json.find('[', json.find('"' + key + '"'));
  std::istringstream text(json.substr(begin + 1, json.find(']', begin) - begin - 1));
  std::vector<double> values;
  for (std::string value; std::getline(text, value, ',');) values.push_back(std::stod(value));
  return values;
}

/// All rows but those of fold 0 of 4.
Tensor without_first_fold(const Tensor& rows) {
  const int64_t first = rows.size(0) / 4;
  return rows.narrow(0, first, rows.size(0) - first);
}

TEST(PpgVector, FirstTwentyLossesEqualPyTorchs) {
  LATHE_NEEDS_REAL_DATA(folder, "troika-ppg");
  at::set_num_threads(1);
  const std::vector<double> expected =
      listed(read_text(source_folder() / "tests/vectors/ppg_first_losses.json"), "first_losses");
  ASSERT_EQ(expected.size(), 20U);
  const Tensor windows = open_npy(folder / "scaled_ppgs.npy").values.to(at::kDouble);
  const Tensor centred = windows.sub(windows.mean(1, true));
  const Tensor scored = centred.div(centred.square().mean(1, true).sqrt()).to(at::kFloat).unsqueeze(1);
  const TensorBatches rows({without_first_fold(scored)},
                           {without_first_fold(open_npy(folder / "seg_labels.npy").values).to(at::kFloat)});
  Graph graph = segmenter(0, 24, {192, 96, 64}, 1920);
  size_t step = 0;
  fit(graph, rows,
      {.optimizer = {.kind = "adam", .learning_rate = 0.01, .weight_decay = 1e-4},
       .schedule = {.kind = "linear", .end_factor = 0.2, .length = 512},
       .epochs = 20,
       .on_step = [&](const StepReport& report) {
         EXPECT_NEAR(report.loss, expected[step], 1e-5 * expected[step]) << "step " << step;
         ++step;
       }});
  EXPECT_EQ(step, 20U);
}

}  // namespace
}  // namespace lathe
