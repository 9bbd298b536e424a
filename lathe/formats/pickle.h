/// A Python pickle as plain values. Makes no object and calls nothing: a call that is allowed at all is kept as data,
/// its name and its arguments, and any other name is refused. Knows containers, numbers and text; knows nothing of
/// tensors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

struct PickleValue {
  enum class Kind : uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    list,
    tuple,
    dict,
    set,
    name,
    call,
    reference
  };
  Kind kind = Kind::none;      ///< reals and bytes of a call are known to be there, their values are not kept
  uint64_t at = 0;             ///< the byte of the file at which it was made
  int64_t whole = 0;           ///< of a boolean or an integer
  std::string_view text = {};  ///< of text; "module.name" of a name and a call
  /// Places in Pickle::values: elements; of a dict key, value, key, value; of a call the tuple of its arguments; of a
  /// reference (a persistent id) the one value it refers by.
  std::vector<uint32_t> items = {};
};

/// Values name each other by place, never by pointer: a list may hold itself.
struct Pickle {
  std::vector<PickleValue> values;
  uint32_t root = 0;

  const PickleValue& operator[](uint32_t place) const { return values[place]; }
  /// The value under a key of text, the last one where the key is given twice, as Python does; null where there is
  /// none.
  const PickleValue* find(const PickleValue& dict, std::string_view key) const;
};

/// Reads protocols 2 to 5. Time and memory are bounded by the number of bytes.
/// @param bytes  must outlive what is returned, and so must `names`
/// @param offset the byte of the file at which the pickle begins, for the sentences
/// @param names  what may be named besides Python's containers: "torch.Size"
/// @throws Error "byte N: …"; a pickle that holds any other class or function is refused by its name
Pickle read_pickle(std::string_view bytes, uint64_t offset, const std::vector<std::string_view>& names);

/// Text of a file as a sentence may quote it: at most 80 characters, none that a terminal obeys.
std::string shown(std::string_view text);

}  // namespace lathe
