/// Front ends: what turns a recording into what a network looks at. One file a kind in front_ends/, one line in the
/// registry.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <string_view>

#include "lathe/base/registry.h"

namespace lathe {

/// Numbers by name; what a model file stores.
using FrontEndSettings = std::map<std::string, double>;

struct FrontEnd {
  std::string kind = "none";
  FrontEndSettings settings = {};  ///< all of the kind's own, none else

  bool operator==(const FrontEnd&) const = default;
};

struct FrontEndEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view settings;  ///< names, with spaces between
  /// The given settings, checked, with the others filled in. @param rate_hz  0: not known yet, and not looked at
  FrontEndSettings (*resolve)(const FrontEndSettings& given, double rate_hz);
  /// Recordings [N, C, T] to float32 features, rows apart. @param settings  resolved ones
  at::Tensor (*compute)(const at::Tensor& recordings, const FrontEndSettings& settings, double rate_hz);
};

const Registry<FrontEndEntry>& front_ends();

/// @throws Error for an unknown kind, an unknown setting, or one that cannot be
FrontEnd resolve_front_end(const FrontEnd& given, double rate_hz);

/// @throws Error where the recordings are none (features of another front end are 4 axes deep), or too short
at::Tensor apply_front_end(const FrontEnd& front_end, const at::Tensor& recordings, double rate_hz);

}  // namespace lathe
