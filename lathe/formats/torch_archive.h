/// What torch.save writes: a zip archive with one pickle and one entry a storage. Makes tensors out of the pickle's
/// values when asked; which of them form a state dict is not its business.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "lathe/formats/pickle.h"
#include "lathe/formats/zip_archive.h"

namespace lathe {

class TorchArchive {
 public:
  /// @param bytes  the whole file; must outlive this
  /// @throws Error for TorchScript, for the format of PyTorch before 1.6, and for whatever is no archive of torch.save
  explicit TorchArchive(std::string_view bytes);

  const Pickle& pickle() const { return pickle_; }
  static bool is_tensor(const PickleValue& value);
  /// The tensor on the CPU, contiguous, with memory that is its own or that of other tensors over the same whole
  /// storage.
  /// @throws Error "byte N: …" unless every value of it lies in its storage; also when the tensors together are larger
  /// than a file of this size can mean
  at::Tensor tensor(const PickleValue& value);

 private:
  struct Layout;
  Layout layout_of(const PickleValue& value) const;
  const at::Tensor& storage(const Layout& layout, uint64_t at);
  void spend(uint64_t bytes, uint64_t at);
  const PickleValue& argument(const PickleValue& call, size_t place) const;

  std::string_view bytes_;
  ZipArchive zip_;
  std::string folder_;  ///< "archive/", in front of every entry's name
  Pickle pickle_;
  std::map<std::pair<std::string, at::ScalarType>, at::Tensor> storages_;
  uint64_t budget_ = 0;
};

}  // namespace lathe
