/// Slips in a recipe: every section refuses what it does not know, where it was written, before any folder is made.
#include "tests/recipe/sample_recipe.h"

namespace lathe {
namespace {

using namespace test;

struct Slip {
  std::string old_line, new_line;
  std::string begin, end;  ///< of the sentence; the list of known keys stands between
};

void PrintTo(const Slip& slip, std::ostream* out) {
  *out << slip.new_line;
}

class UnknownKey : public testing::TestWithParam<Slip> {};

TEST_P(UnknownKey, IsRefusedWithItsLineAndTheNearestKnownKey) {
  const Error error = error_of_run(with_line(GetParam().old_line, GetParam().new_line));
  const std::string sentence = error.what();
  EXPECT_EQ(sentence.substr(0, GetParam().begin.size()), GetParam().begin);
  EXPECT_EQ(sentence.substr(sentence.size() - std::min(sentence.size(), GetParam().end.size())), GetParam().end)
      << sentence;
  EXPECT_EQ(error.code(), ExitCode::bad_input);
}

INSTANTIATE_TEST_SUITE_P(
    Sections, UnknownKey,
    testing::Values(
        Slip{"[evaluate]", "[evaluation]", "recipe.toml:21: unknown key 'evaluation'; known: augment, clean, con",
             "(did you mean 'evaluate'?)"},
        Slip{"[evaluate]", "[splitt]", "recipe.toml:21: unknown key 'splitt'; known: augment, clean, con",
             "(did you mean 'split'?)"},
        Slip{"simulator_windows = 12", "simulator_window = 12",
             "recipe.toml:4: unknown key 'simulator_window'; known: channels, class_names, ",
             "(did you mean 'simulator_windows'?)"},
        Slip{"kernels = 2", "kernel = 2", "recipe.toml:8: unknown key 'kernel'; known: kernels, lengths, samples",
             "(did you mean 'kernels'?)"},
        Slip{"batch = 4", "bach = 4", "recipe.toml:13: unknown key 'bach'; known: accumulate, batch, ",
             "(did you mean 'batch'?)"},
        Slip{"learning_rate = 0.01", "learning_rat = 0.01",
             "recipe.toml:14: unknown key 'learning_rat'; known: amsgrad, ", "(did you mean 'learning_rate'?)"},
        Slip{"end_factor = 0.5", "end_facto = 0.5", "recipe.toml:15: unknown key 'end_facto'; known: cooldown, ",
             "(did you mean 'end_factor'?)"},
        Slip{"ratio = 0.5", "ration = 0.5",
             "recipe.toml:19: unknown key 'ration'; known: compat, kind, min_similarity, ratio",
             "(did you mean 'ratio'?)"},
        Slip{"resamples = 20", "resample = 20", "recipe.toml:22: unknown key 'resample'; known: ledger, metrics, ",
             "(did you mean 'resamples'?)"}));

struct Mistake {
  std::string old_line, new_line, sentence;
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
  *out << mistake.new_line;
}

class WrongValue : public testing::TestWithParam<Mistake> {};

TEST_P(WrongValue, IsRefusedWithItsLine) {
  const Error error = error_of_run(with_line(GetParam().old_line, GetParam().new_line));
  EXPECT_EQ(std::string(error.what()), GetParam().sentence);
  EXPECT_EQ(error.code(), ExitCode::bad_input);
}

INSTANTIATE_TEST_SUITE_P(
    Sections, WrongValue,
    testing::Values(
        Mistake{"epochs = 2", "epochs = \"ten\"",
                "recipe.toml:12: 'epochs' has the wrong type (expected a whole number, got 'ten')"},
        Mistake{"epochs = 2", "epochs = -1", "recipe.toml:12: 'epochs' is -1 (expected at least 0)"},
        Mistake{"epochs = 2", "epochs = 0",
                "recipe.toml:13: 'batch' has no effect with epochs = 0, where nothing is trained"},
        Mistake{"batch = 4", "freeze = [\"cnov1\"]",
                "recipe.toml:13: the glob 'cnov1' matches none of conv1, conv2, mix (did you mean 'conv1'?)"},
        Mistake{"batch = 4", "freeze = [\"*\"]", "recipe.toml:13: freezing * would leave no parameter that trains"},
        Mistake{"learning_rate = 0.01", "learning_rates = {\"cnov1\" = 0.1}",
                "recipe.toml:14: the glob 'cnov1' matches none of conv1, conv2, mix (did you mean 'conv1'?)"},
        Mistake{"learning_rate = 0.01", "learning_rates = {\"conv1\" = 0}",
                "recipe.toml [train] [optimizer]: optimizer 'adam': the learning rate of 'conv1' is multiplied by 0 "
                "(expected more than 0); freeze keeps layers as they are"},
        Mistake{"ratio = 0.5", "ratio = \"half\"",
                "recipe.toml:19: 'ratio' has the wrong type (expected a list of numbers, got 'half')"},
        Mistake{"name = \"small\"", "name = 3",
                "recipe.toml:2: 'name' has the wrong type (expected text in quotes, got 3)"},
        Mistake{"simulator = \"ppg\"", "simulator = \"pgp\"",
                "recipe.toml:3: unknown simulator 'pgp'; known: accelerometer, electrodermal, ppg, rhythm (did you "
                "mean 'ppg'?)"},
        Mistake{"simulator = \"ppg\"", "", "recipe.toml [data]: neither 'inputs' (a file) nor 'simulator' is given"},
        Mistake{"kernels = 2", "kernels = [2, 2, 2]",
                "recipe.toml:8: 'kernels' has 3 counts for 2 lengths (expected one, or one a length)"},
        Mistake{"name = \"kernel_segmenter\"", "name = \"kernel_segmentor\"",
                "recipe.toml:7: unknown model 'kernel_segmentor'; known: conv1d, cp_resnet, deep_cnn, harnet, "
                "harnet_pretext, "
                "k_winners_cnn, kernel_classifier, kernel_segmenter, lenet, light_cnn, mlp (did you mean 'kernel_segmenter'?)"},
        Mistake{"kind = \"merge\"", "kind = \"marge\"",
                "recipe.toml:18: unknown step 'marge'; known: absorb, compact, distill, finetune, fold_batch_norm, merge, "
                "pretrain, prune, sparsify, surgical (did you mean 'merge'?)"},
        Mistake{"kind = \"merge\"", "", "recipe.toml [step]: 'kind' is missing"},
        Mistake{"kind = \"adam\"", "kind = \"adan\"",
                "recipe.toml:14: unknown optimizer 'adan'; known: adam, adamw, sgd (did you mean 'adam'?)"},
        Mistake{"learning_rate = 0.01", "learning_rate = -1.0",
                "recipe.toml [train] [optimizer]: optimizer 'adam': learning_rate is -1 (expected at least 0)"},
        Mistake{"end_factor = 0.5", "per = \"bar\"", "recipe.toml:15: unknown unit of time 'bar'; known: epoch, step"},
        Mistake{"batch = 4", "loss = \"bec\"",
                "recipe.toml:13: unknown loss 'bec'; known: bce, bce_with_logits, cross_entropy, mse (did you mean "
                "'bce'?)"},
        Mistake{"[evaluate]", "[evaluate]\nsmooth_window = 10",
                "recipe.toml:22: savgol: the window has no centre (expected an odd number of samples, got 10)"},
        Mistake{"[evaluate]", "[evaluate]\nsmooth_window = 2001",
                "small: windows have 1920 samples (expected at least the 2001 of [evaluate] smooth_window)"},
        Mistake{"[evaluate]", "[evaluate]\nunit = \"day\"", "recipe.toml:22: unknown unit 'day'; known: group, window"},
        Mistake{"[evaluate]", "[evaluate]\nsets = [\"dev\"]", "recipe.toml:22: unknown set 'dev'; known: test, train"},
        Mistake{"lengths = [8, 4]", "samples = 100\nlengths = [8, 4]",
                "small: windows are [1, 1, 1920] (the model expects [1, 1, 100]); set [model] samples = 1920"},
        Mistake{"name = \"small\"", "name = \"small\"\nfold = 4", "recipe.toml:3: 'fold' is 4 (expected 0 to 3)"},
        Mistake{"name = \"small\"", "name = \"small\"\nsplit = \"group\"",
                "recipe.toml:3: unknown split 'group'; known: contiguous, files, group_shuffle, grouped, holdout, "
                "none, rows, shuffled, where (did "
                "you mean "
                "'grouped'?)"}));

TEST(Sections, AnAssignmentIsBlamedAsItWasTyped) {
  Settings recipe = parse_toml(kSmallRecipe, "recipe.toml");
  apply_assignment(recipe, "train.epochs=ten", "--set");
  const ScratchFolder folder;
  try {
    run_recipe(recipe, {.out = folder / "run"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "--set train.epochs=ten: 'epochs' has the wrong type (expected a whole number, got 'ten')");
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
}

TEST(Sections, AnUnknownNameThatWasTypedIsAUsageError) {
  for (const char* slip : {"train.optimizer.kind=adan", "train.loss=bec", "model.name=kernel", "evaluate.primary=dise",
                           "data.simulator=x", "model.kernel=3", "train.schedule.kind=liner"}) {
    Settings recipe = parse_toml(kSmallRecipe, "recipe.toml");
    apply_assignment(recipe, slip, "--set");
    try {
      run_recipe(recipe, {.out = "/nowhere"});
      ADD_FAILURE() << "no error for " << slip;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage) << error.what();
      EXPECT_EQ(std::string(error.what()).rfind(std::string("--set ") + slip + ": unknown ", 0), 0U) << error.what();
    }
  }
}

TEST(Sections, DataAndModelMustBeThere) {
  EXPECT_EQ(std::string(error_of_run("[train]\nepochs = 1\n").what()), "recipe.toml: [data] is missing");
  EXPECT_EQ(std::string(error_of_run("[data]\nsimulator = \"ppg\"\n").what()), "recipe.toml: [model] is missing");
  EXPECT_EQ(std::string(error_of_run("data = 3\n").what()),
            "recipe.toml:1: 'data' has the wrong type (expected a table, got 3)");
}

}  // namespace
}  // namespace lathe
