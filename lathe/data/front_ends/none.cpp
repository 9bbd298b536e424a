/// No front end: the network looks at the rows themselves.
#include "lathe/data/front_end.h"

namespace lathe {

FrontEndSettings resolve_none(const FrontEndSettings& given, double) {
  return given;
}

at::Tensor compute_none(const at::Tensor& recordings, const FrontEndSettings&, double) {
  return recordings;
}

}  // namespace lathe
