/// The table of named ways to train with few connections: one line an entry.
#include "lathe/sparsify/sparse_training.h"

namespace lathe {

const Registry<SparsityMethod>& sparsity_methods() {
  static const SparsityMethod entries[] = {
      {"dsconv", "of every 2-D filter a tenth stays, the most co-active, and half as many next to them begin anew",
       [](SparsityOptions& options) {
         options.filter_keep = 0.1;
         options.filter_grow = 0.05;
         options.look_every = 20;
       }},
      {"dsconv_as_published", "the same as first published: nothing grows, no mask holds, the last look alone counts",
       [](SparsityOptions& options) {
         options.filter_keep = 0.1;
         options.look_every = 20;
         options.collect = "replace";
         options.as_published = true;
       }},
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
      {"lottery",
       "trains dense; again and again the smallest go and the rest begins as at first (Frankle and Carbin 2019)",
       [](SparsityOptions& options) {
         options.prune = "magnitude";
         options.rounds = 5;
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
