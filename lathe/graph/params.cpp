#include "lathe/graph/params.h"

namespace lathe {

Param* Params::find(std::string_view name) {
  for (Param& param : params_)
    if (param.name == name) return &param;
  return nullptr;
}

const Tensor& Params::operator[](std::string_view name) const {
  static const Tensor none;
  const Param* param = find(name);
  return param != nullptr ? param->value : none;
}

}  // namespace lathe
