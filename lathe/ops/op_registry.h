/// The table of ops: one line an entry in op_registry.cpp. Being listed is being tested: every law in tests/ops runs on every
/// sample of every entry.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lathe/base/registry.h"
#include "lathe/graph/onnx_form.h"

namespace lathe {

/// A case for the laws: builds the op upon inputs of these shapes (without the batch).
struct OpSample {
  std::string label;
  std::vector<Shape> inputs;
  std::function<Value(const std::vector<Value>&)> build;
};

struct OpEntry {
  std::string_view name;
  OpPtr (*make)(const Attributes&);
  std::vector<OpSample> (*samples)();
  std::vector<OnnxRule> (*onnx)();  ///< the ONNX types that are read as this op
};

const Registry<OpEntry>& ops();

}  // namespace lathe
