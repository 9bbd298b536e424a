/// lathe distill STUDENT --teacher FILE --inputs X --targets Y -o FILE
#include <CLI/CLI.hpp>
#include <memory>

#include "lathe/base/text.h"
#include "lathe/cli/training.h"
#include "lathe/distill/distill.h"
#include "lathe/exec/run.h"
#include "lathe/recipe/distill_settings.h"
#include "lathe/recipe/feature_cache.h"
#include "lathe/recipe/model_files.h"
#include "lathe/recipe/teacher_section.h"
#include "lathe/recipe/toml.h"

namespace lathe {
namespace {

struct DistillVerb {
  TrainingVerb training;
  std::vector<std::string> teachers, losses;
  double task_weight = DistillOptions{}.task_weight;
  std::string balance = "fixed";
  bool no_cache = false;
};

/// "hint:kernel=3,student=features.5" as the table {kind = "hint", kernel = 3, student = "features.5"}.
Settings loss_table(const std::string& text) {
  const std::string origin = "--loss " + text;
  Settings table(origin);
  const size_t colon = text.find(':');
  table.set("kind", text.substr(0, colon), origin);
  if (colon == text.npos) return table;
  for (const std::string& assignment : split(text.substr(colon + 1), ','))
    apply_assignment(table, assignment, "--loss");
  return table;
}

DistillOptions options_of(const DistillVerb& verb) {
  Settings settings("distill");
  settings.set("task_weight", verb.task_weight, "--task-weight");
  settings.set("balance", verb.balance, "--balance");
  Settings::List losses;
  for (const std::string& text : verb.losses) losses.push_back({loss_table(text), "--loss " + text});
  if (!losses.empty()) settings.set("losses", losses, "--loss");
  return distill_options(settings);
}

}  // namespace

Work declare_distill(CLI::App& app) {
  app.footer(
      "The student is trained on its own task and on what the teacher says, weighted (lathe list "
      "distillation_losses).\n"
      "Several teachers are averaged. Layers are compared by name; where none are named, the last ones in front of the "
      "classifier.\n"
      "Example:  lathe distill small.safetensors --teacher big.safetensors --inputs x.npy --targets y.npy -o "
      "taught.safetensors\n"
      "          … --loss soft_targets:temperature=4,weight=0.5 --loss hint:student=conv2,teacher=conv4,kernel=3");
  auto verb = std::make_shared<DistillVerb>();
  verb->training.name = "distill";
  verb->training.declare(app);
  app.add_option("--teacher", verb->teachers, "a trained network (.safetensors, .onnx); several are averaged")
      ->required()
      ->allow_extra_args(false);
  app.add_option("--loss", verb->losses,
                 "KIND or KIND:key=value,…, once a loss (default: soft_targets; keys: weight, student, teacher, and "
                 "those of the kind)")
      ->allow_extra_args(false);
  app.add_option("--task-weight", verb->task_weight, "weight of the student's own loss (default: 0.75)");
  app.add_option("--balance", verb->balance,
                 "fixed, learned (trained weights) or gradient (gradients of one length) (default: fixed)");
  app.add_flag("--no-cache", verb->no_cache, "ask the teacher anew in every epoch");
  return [verb](const Output& output) {
    const DistillOptions options = options_of(*verb);
    std::vector<TeacherModel> teachers;
    std::vector<Preprocessing> preprocessing;
    for (const std::string& file : verb->teachers) {
      Model teacher = open_model(file);
      preprocessing.push_back(teacher.preprocessing);
      teachers.push_back({file, std::move(teacher.graph)});
    }
    const auto train = [&](Model& model, const BatchSource& rows, const FitOptions& fitting,
                           const BatchSource* validation) {
      for (size_t i = 0; i < teachers.size(); ++i) {
        check_same_preprocessing(teachers[i].name, preprocessing[i], model.preprocessing);
        move_to(teachers[i].graph, verb->training.machine.device);
      }
      const auto folder = default_cache_folder();
      return distill(
          model.graph, teachers, rows, options, fitting,
          {.use = !verb->no_cache,
           .folder = folder.empty() ? folder : folder / "teachers",
           .say = [&](const std::string& sentence) { output.say(sentence); },
           .on_rows = [show = show_rows()](int64_t done, int64_t total) { show("teacher's answers", done, total); }},
          validation);
    };
    const auto check_first = [&](const Model& model, const TrainSection& section) {
      check(section.fit.accumulate <= 1, "--set: {}", kWholeBatches);
      check_distillation(model.graph, teachers, options, section.fit.loss);
    };
    verb->training.run(output, {.check = check_first, .fit = train});
  };
}

}  // namespace lathe
