#include "lathe/recipe/pipeline.h"

#include <ATen/Context.h>

namespace lathe {
namespace {

class Run {
 public:
  Run(const Pipeline& pipeline, const PipelineEvents& events) : pipeline_(pipeline), events_(events) {}

  void all() {
    remember("start");
    if (pipeline_.fit.epochs > 0) {
      FitOptions options = pipeline_.fit;
      options.on_step = [&](const StepReport& step) { show("train", step); };
      const FitReport report = fit(pipeline_.model.graph, pipeline_.train, options, pipeline_.validation.rows);
      memory_ = report.state;
      if (events_.trained) events_.trained(report);
    }
    remember("train");
    if (pipeline_.teacher.present()) train_teacher();
    for (size_t i = 0; i < pipeline_.steps.size(); ++i) apply(pipeline_.steps[i], i + 1);
  }

 private:
  const Pipeline& pipeline_;
  const PipelineEvents& events_;
  OptimizerState memory_;
  Model teacher_;
  std::map<std::string, Graph> points_;

  void show(const std::string& title, const StepReport& report) const {
    if (pipeline_.on_step) pipeline_.on_step(title, report);
  }
  void remember(const std::string& point) {
    if (pipeline_.wanted.count(point) > 0) points_[point] = clone(pipeline_.model.graph);
  }

  void train_teacher() {
    const TeacherSection& section = pipeline_.teacher;
    at::manual_seed(pipeline_.fit.seed);
    teacher_ = section.build(pipeline_.model.preprocessing, pipeline_.device);
    FitReport report;
    if (section.trains()) {
      FitOptions options =
          section.train.resolved(pipeline_.targets, shapes(teacher_.graph).back()[1], pipeline_.validation);
      options.folder = pipeline_.teacher_folder;
      options.resume = pipeline_.fit.resume;
      options.seed = pipeline_.fit.seed;
      options.data_id = pipeline_.fit.data_id;
      options.stop_requested = pipeline_.fit.stop_requested;
      options.on_step = [&](const StepReport& step) { show("teacher", step); };
      report =
          within("[teacher]", [&] { return fit(teacher_.graph, pipeline_.train, options, pipeline_.validation.rows); });
    }
    if (events_.taught) events_.taught(teacher_, report);
  }

  void apply(const NamedStep& step, size_t number) {
    StepContext context{.model = pipeline_.model,
                        .train = pipeline_.train,
                        .plain = pipeline_.plain,
                        .targets = pipeline_.targets,
                        .rows = pipeline_.rows,
                        .unseen = pipeline_.unseen,
                        .validation = pipeline_.validation,
                        .folder = pipeline_.fit.folder / "steps" / fmt::format("{}-{}", number, step.name),
                        .seed = pipeline_.fit.seed,
                        .resume = pipeline_.fit.resume,
                        .data_id = pipeline_.fit.data_id,
                        .on_step = [&](const std::string& title, const StepReport& report) { show(title, report); },
                        .stop_requested = pipeline_.fit.stop_requested,
                        .memory = memory_,
                        .keep_shape = pipeline_.keep_shape,
                        .criterion = pipeline_.criterion,
                        .points = points_,
                        .teacher = pipeline_.teacher.present() ? &teacher_ : nullptr,
                        .rows_change = pipeline_.rows_change,
                        .cache = pipeline_.cache,
                        .say = pipeline_.say,
                        .on_rows = pipeline_.on_rows};
    const std::string sentence = within(fmt::format("step '{}'", step.title), [&] { return step.work(context); });
    remember(step.title);
    if (events_.done) events_.done(step, sentence);
  }
};

}  // namespace

void run_pipeline(const Pipeline& pipeline, const PipelineEvents& events) {
  Run(pipeline, events).all();
}

}  // namespace lathe
