/// A product spread over Mul and Div nodes, as one list: how several patterns begin. Not a pattern itself.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "lathe/formats/onnx/network.h"

namespace lathe {

struct OnnxProduct {
  double scale = 1;                 ///< all constant numbers together
  std::vector<std::string> values;  ///< the factors that are not constant numbers
};
/// Of the node that gives `name`; nodes on the way are followed when nobody else reads them, eight at most.
OnnxProduct product_of(const OnnxNetwork& network, const std::string& name, int depth = 0);

/// The other of two values, when `one` is among them; empty otherwise.
std::string other_than(const std::string& one, const std::vector<std::string>& values);

inline bool near(double a, double b) {
  return std::abs(a - b) <= 1e-5 * std::abs(b);
}

}  // namespace lathe
