/// A kernel bank's numbers out of the graph's tensors and back: plain doubles, since banks are small.
#pragma once

#include <vector>

#include "lathe/rewrite/kernel_banks.h"

namespace lathe {

struct BankValues {
  std::vector<std::vector<double>> taps;     ///< [K][L]
  std::vector<double> bias;                  ///< [K]; zeros where the conv has none
  std::vector<std::vector<double>> columns;  ///< [K][outputs]: what each output multiplies the kernel by
  /// ‖column‖ · mean|taps|: how much the kernel can add to the sum.
  double contribution(size_t kernel) const;
};

BankValues read_bank(const Graph& graph, const KernelBank& bank);
/// Overwrites the tensors' values; the graph must own them alone (a clone).
void write_bank(Graph& graph, const KernelBank& bank, const BankValues& values);

double norm(const std::vector<double>& values);
double mean_magnitude(const std::vector<double>& values);
/// 0 when either is all zeros.
double cosine(const std::vector<double>& a, const std::vector<double>& b);

/// One ratio for all banks, or one a bank. @throws Error when the numbers differ or one is outside [0, 1)
std::vector<double> ratio_per_bank(const std::vector<double>& ratio, size_t banks);

}  // namespace lathe
