/// The table of named ways to train with few connections: one line an entry.
#include "lathe/sparsify/sparse_training.h"

namespace lathe {

const Registry<SparsityMethod>& sparsity_methods() {
  static const SparsityMethod entries[] = {
      {"gradual", "begins dense, then loses the smallest weights, fast at first (Zhu and Gupta 2017)",
       [](SparsityOptions& options) {
         options.prune = "magnitude";
         options.gradual = true;
         options.until = 0.75;
       }},
      {"hebbian", "the smallest |weight · co-activation| of each sign go, others come back at random",
       [](SparsityOptions& options) {
         options.prune = "weighted_hebbian";
         options.grow = "random";
       }},
      {"hebbian_growth", "as hebbian, but the most co-active come back: faster at first, and crowded",
       [](SparsityOptions& options) {
         options.prune = "weighted_hebbian";
         options.grow = "hebbian";
       }},
      {"n_m", "of every M inputs in a row the N largest weights stay (2:4 for NVIDIA's sparse units)",
       [](SparsityOptions& options) {
         if (options.group == 0) {
           options.kept_of_group = 2;
           options.group = 4;
         }
       }},
      {"rigl", "the smallest weights go, the largest gradients come back (Evci et al. 2020)",
       [](SparsityOptions& options) {
         options.prune = "magnitude";
         options.grow = "gradient";
         options.schedule = "cosine";
         options.until = 0.75;
       }},
      {"set", "the smallest weights of each sign go, others come back at random (Mocanu et al. 2018)",
       [](SparsityOptions& options) {
         options.prune = "signed_magnitude";
         options.grow = "random";
       }},
      {"static", "connections are drawn once", [](SparsityOptions&) {}},
  };
  static const Registry<SparsityMethod> registry("sparsity method", entries);
  return registry;
}

}  // namespace lathe
