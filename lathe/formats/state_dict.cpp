#include "lathe/formats/state_dict.h"

#include <map>
#include <string>
#include <vector>

#include "lathe/base/errors.h"
#include "lathe/base/files.h"
#include "lathe/base/text.h"
#include "lathe/formats/torch_archive.h"

namespace lathe {
namespace {

using Kind = PickleValue::Kind;

/// What training scripts call it.
constexpr std::string_view kUsual[] = {"state_dict", "model_state_dict", "model", "net"};

constexpr size_t kMostListed = 10, kMostTensors = 100'000;

/// How many of a dict's entries are tensors under a name; 0 for what is no dict.
size_t tensors_in(const Pickle& pickle, const PickleValue& value) {
  size_t count = 0;
  if (value.kind != Kind::dict) return 0;
  for (size_t i = 0; i + 1 < value.items.size(); i += 2)
    count += pickle[value.items[i]].kind == Kind::text && TorchArchive::is_tensor(pickle[value.items[i + 1]]);
  return count;
}

struct Candidate {
  std::string name;
  const PickleValue* dict;
  size_t tensors;
};

std::string listed(const std::vector<Candidate>& candidates) {
  std::vector<std::string> parts;
  for (const Candidate& each : candidates) {
    if (parts.size() == kMostListed) return fmt::format("{} and {} more", join(parts), candidates.size() - kMostListed);
    parts.push_back(fmt::format("'{}' ({} tensors)", shown(each.name), each.tensors));
  }
  return parts.empty() ? "none" : join(parts);
}

/// A few names of a dict's entries, for the sentence that found none of them useful.
std::string entries_of(const Pickle& pickle, const PickleValue& dict) {
  std::vector<std::string> names;
  for (size_t i = 0; i + 1 < dict.items.size() && names.size() < kMostListed; i += 2)
    if (pickle[dict.items[i]].kind == Kind::text) names.push_back(shown(pickle[dict.items[i]].text));
  return names.empty() ? "none" : join(names);
}

Candidate choose(const Pickle& pickle, std::string_view entry) {
  const PickleValue& root = pickle[pickle.root];
  check(root.kind == Kind::dict, "byte {}: holds no dict (expected a state dict, or a checkpoint with one in it)",
        root.at);
  std::map<std::string_view, const PickleValue*> below;  // the last one of a name, as Python does
  for (size_t i = 0; i + 1 < root.items.size(); i += 2)
    if (pickle[root.items[i]].kind == Kind::text) below[pickle[root.items[i]].text] = &pickle[root.items[i + 1]];
  std::vector<Candidate> candidates, usual;
  std::map<const PickleValue*, size_t> counts;  // a million names may share one dict of a million tensors
  for (const auto& [name, value] : below) {
    const auto [count, fresh] = counts.emplace(value, 0);
    if (fresh) count->second = tensors_in(pickle, *value);
    if (count->second == 0) continue;
    candidates.push_back({std::string(name), value, count->second});
    if (!entry.empty() && name == entry) return candidates.back();
    for (const std::string_view each : kUsual)
      if (name == each) usual.push_back(candidates.back());
  }
  check(entry.empty(), "has no state dict '{}'; there are: {}", entry, listed(candidates));
  const size_t here = tensors_in(pickle, root);
  if (here > 0 && usual.empty()) return {"", &root, here};
  for (const Candidate& each : usual)  // tensors beside it are no weights (best_acc1), unless they have the same names
    for (size_t i = 0; here > 0 && i + 1 < each.dict->items.size(); i += 2) {
      const PickleValue& key = pickle[each.dict->items[i]];
      const auto twin = key.kind == Kind::text ? below.find(key.text) : below.end();
      check(twin == below.end() || !TorchArchive::is_tensor(*twin->second),
            "'{}' is there on its own and in '{}'; say which to read: --entry {}, or save one of them alone",
            shown(key.text), shown(each.name), shown(each.name));
    }
  std::vector<Candidate>& found = usual.empty() ? candidates : usual;
  check(!found.empty(), "holds no state dict: no entry is a dict of tensors (its entries: {})",
        entries_of(pickle, root));
  check(found.size() == 1, "holds several state dicts: {}; say which to read: --entry NAME", listed(found));
  return found[0];
}

}  // namespace

TensorFile parse_state_dict(std::string_view bytes, std::string_view entry) {
  TorchArchive archive(bytes);
  const Pickle& pickle = archive.pickle();
  const Candidate chosen = choose(pickle, entry);
  const std::vector<uint32_t>& items = chosen.dict->items;
  check(chosen.tensors <= kMostTensors, "the state dict holds {} tensors (expected at most {})", chosen.tensors,
        kMostTensors);
  TensorFile file;
  file.metadata["state_dict"] = chosen.name;
  std::map<std::string, size_t> places;
  const auto add = [&](const std::string& name, const PickleValue& value) {
    const at::Tensor tensor = within(fmt::format("tensor '{}'", shown(name)), [&] { return archive.tensor(value); });
    const auto [place, fresh] = places.emplace(name, file.tensors.size());
    check(file.tensors.size() < kMostTensors, "the state dict holds more than {} tensors", kMostTensors);
    if (fresh)
      file.tensors.emplace_back(name, tensor);
    else
      file.tensors[place->second].second = tensor;
  };
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    const PickleValue &key = pickle[items[i]], &value = pickle[items[i + 1]];
    if (!TorchArchive::is_tensor(value)) {
      if (key.kind != Kind::text || tensors_in(pickle, value) == 0) continue;
      for (size_t j = 0; j + 1 < value.items.size();
           j += 2)  // a dict within: its tensors are told by loading, not lost
        if (pickle[value.items[j]].kind == Kind::text && TorchArchive::is_tensor(pickle[value.items[j + 1]]))
          add(std::string(key.text) + "." + std::string(pickle[value.items[j]].text), pickle[value.items[j + 1]]);
      continue;
    }
    check(key.kind == Kind::text, "byte {}: a tensor under a key that is no text (expected the name of a parameter)",
          key.at);
    add(std::string(key.text), value);
  }
  return file;
}

TensorFile read_state_dict(const std::filesystem::path& path, std::string_view entry) {
  const MappedFile file(path);
  const auto bytes = file.bytes();
  return within(path.string(),
                [&] { return parse_state_dict({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, entry); });
}

}  // namespace lathe
