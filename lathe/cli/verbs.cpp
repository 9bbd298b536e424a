/// The table of verbs: one line an entry.
#include "lathe/cli/verb.h"

namespace lathe {

Work declare_absorb(CLI::App& app);
Work declare_bench(CLI::App& app);
Work declare_compare(CLI::App& app);
Work declare_diff(CLI::App& app);
Work declare_distill(CLI::App& app);
Work declare_eval(CLI::App& app);
Work declare_export(CLI::App& app);
Work declare_finetune(CLI::App& app);
Work declare_import(CLI::App& app);
Work declare_info(CLI::App& app);
Work declare_list(CLI::App& app);
Work declare_merge(CLI::App& app);
Work declare_new(CLI::App& app);
Work declare_predict(CLI::App& app);
Work declare_pretrain(CLI::App& app);
Work declare_prune(CLI::App& app);
Work declare_report(CLI::App& app);
Work declare_run(CLI::App& app);
Work declare_sparsify(CLI::App& app);
Work declare_sweep(CLI::App& app);
Work declare_train(CLI::App& app);
Work declare_units(CLI::App& app);

const Registry<Verb>& verbs() {
  static const Verb entries[] = {
      {"run", "run a recipe from data to report", declare_run},
      {"sweep", "run a recipe over a grid of settings, several times each", declare_sweep},
      {"compare", "compare two runs fold by fold, or seed by seed", declare_compare},
      {"new", "make a model with fresh weights", declare_new},
      {"import", "read a network from ONNX, or weights from PyTorch", declare_import},
      {"export", "write a model as ONNX", declare_export},
      {"info", "show a model's layers, parameters, MACs and memory", declare_info},
      {"bench", "measure how long a model takes on this machine", declare_bench},
      {"diff", "compare two models: layers, weights and outputs", declare_diff},
      {"train", "train a model on labelled windows", declare_train},
      {"finetune", "train a trained or pruned model further", declare_finetune},
      {"pretrain", "train a model on windows without labels", declare_pretrain},
      {"distill", "train a small model under a trained one", declare_distill},
      {"prune", "remove whole channels, the least important first", declare_prune},
      {"sparsify", "train a model with few connections, which change places on the way", declare_sparsify},
      {"merge", "merge similar kernels of a learned-kernel model", declare_merge},
      {"absorb", "put mixing weights into the kernels, exactly", declare_absorb},
      {"eval", "measure a model on labelled windows", declare_eval},
      {"predict", "run a model on recordings", declare_predict},
      {"units", "show which channels can only be removed together", declare_units},
      {"report", "write report.html of a finished run again", declare_report},
      {"list", "list models, recipes, ops, readers, metrics and more", declare_list},
  };
  static const Registry<Verb> registry("verb", entries);
  return registry;
}

}  // namespace lathe
