/// tasks: was the window reversed, permuted, warped? A linear layer a task answers; what is made small is the mean of
/// their cross-entropies. Source: Yuan et al. 2024, "Self-supervised learning for human activity recognition using
/// 700,000 person-days of wearable data"; weights other than 1 are our addition.
#include <ATen/TensorOperators.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cross_entropy_loss.h>

#include <algorithm>

#include "lathe/pretrain/method.h"
#include "lathe/pretrain/pretext_batches.h"
#include "lathe/rewrite/head.h"

namespace lathe {
namespace {

class TasksLoss final : public Loss {
 public:
  explicit TasksLoss(std::vector<TaskOptions> tasks) : tasks_(std::move(tasks)) {
    for (const TaskOptions& task : tasks_) weights_ += task.weight;
  }
  at::Tensor mean(const std::vector<at::Tensor>& outputs, const Batch& batch) const override {
    at::Tensor sum;
    for (size_t i = 0; i < tasks_.size(); ++i) {
      const at::Tensor loss =
          at::cross_entropy_loss(outputs.at(i), batch.targets.at(i)).mul(tasks_[i].weight / weights_);
      sum = sum.defined() ? sum.add(loss) : loss;
    }
    return sum;
  }
  std::string settings() const override {
    std::string text;
    for (const TaskOptions& task : tasks_) text += fmt::format("{} {};", task.kind, task.weight);
    return text;
  }

 private:
  std::vector<TaskOptions> tasks_;
  double weights_ = 0;
};

class Tasks final : public PretextMethod {
 public:
  explicit Tasks(const PretrainOptions& options)
      : tasks_(in_order(options.tasks)), positive_ratio_(options.positive_ratio) {}

  Graph network(const Graph& graph, const std::string& features) const override {
    std::vector<HeadSpec> heads;
    for (const TaskOptions& task : tasks_)
      heads.push_back({fmt::format("{}.linear1", pretext_tasks().at(task.kind).head), 2});
    return with_heads(graph, features, heads);
  }
  std::shared_ptr<const Loss> loss() const override { return std::make_shared<TasksLoss>(tasks_); }
  std::vector<std::string> measures() const override {
    std::vector<std::string> names;
    for (const TaskOptions& task : tasks_) names.push_back(task.kind);
    return names;
  }
  std::vector<double> right(const std::vector<at::Tensor>& outputs, const Batch& batch) const override {
    std::vector<double> counts;
    for (size_t i = 0; i < tasks_.size(); ++i)
      counts.push_back(outputs.at(i).argmax(1).eq(batch.targets.at(i)).sum().item<double>());
    return counts;
  }
  double chance(int64_t) const override { return std::max(positive_ratio_, 1 - positive_ratio_); }

 private:
  std::vector<TaskOptions> tasks_;
  double positive_ratio_;
};

}  // namespace

std::unique_ptr<PretextMethod> make_tasks(const PretrainOptions& options) {
  return std::make_unique<Tasks>(options);
}

}  // namespace lathe
