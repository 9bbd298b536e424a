#include "lathe/recipe/pipeline.h"

namespace lathe {

void run_pipeline(const Pipeline& pipeline, const std::function<void(const FitReport&)>& trained,
                  const std::function<void(const std::string&, const std::string&)>& done) {
  const auto show = [&](const std::string& title, const StepReport& report) {
    if (pipeline.on_step) pipeline.on_step(title, report);
  };
  OptimizerState memory;
  if (pipeline.fit.epochs > 0) {
    FitOptions options = pipeline.fit;
    options.on_step = [&](const StepReport& step) { show("train", step); };
    const FitReport report = fit(pipeline.model.graph, pipeline.train, options);
    memory = report.state;
    trained(report);
  }
  for (size_t i = 0; i < pipeline.steps.size(); ++i) {
    const NamedStep& step = pipeline.steps[i];
    StepContext context{pipeline.model,
                        pipeline.train,
                        pipeline.plain,
                        pipeline.targets,
                        pipeline.fit.folder / "steps" / fmt::format("{}-{}", i + 1, step.name),
                        pipeline.fit.seed,
                        pipeline.fit.resume,
                        pipeline.fit.data_id,
                        show,
                        pipeline.fit.stop_requested,
                        memory,
                        pipeline.keep_shape,
                        pipeline.criterion};
    done(step.name, within(fmt::format("step '{}'", step.name), [&] { return step.work(context); }));
  }
}

}  // namespace lathe
