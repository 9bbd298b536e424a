#include "lathe/data/readers/join_arrays.h"

#include <ATen/ops/cat.h>

#include <algorithm>

#include "lathe/base/errors.h"
#include "lathe/base/glob.h"

namespace lathe {
namespace fs = std::filesystem;

Array join_arrays(const std::vector<fs::path>& paths, const std::function<Array(const fs::path&)>& open) {
  Array joined;
  std::vector<at::Tensor> values, labels;
  for (const fs::path& path : paths) {
    Array one = open(path);
    const std::string where = path.string();
    check(one.values.dim() > 0, "{}: holds one number (expected rows)", where);
    if (values.empty()) {
      joined.columns = one.columns;
      joined.class_names = one.class_names;
    } else {
      check(one.values.sizes().slice(1) == values[0].sizes().slice(1) &&
                one.values.scalar_type() == values[0].scalar_type() && one.columns == joined.columns,
            "{}: rows do not fit those of '{}' (expected {} [{}], got {} [{}])", where, paths[0].filename().string(),
            c10::toString(values[0].scalar_type()), fmt::join(values[0].sizes().slice(1).vec(), ", "),
            c10::toString(one.values.scalar_type()), fmt::join(one.values.sizes().slice(1).vec(), ", "));
      check(one.labels.defined() == !labels.empty(), "{}: holds {} (expected as '{}')", where,
            labels.empty() ? "labels" : "no labels", paths[0].filename().string());
    }
    joined.files.insert(joined.files.end(), static_cast<size_t>(one.values.size(0)), path.filename().string());
    values.push_back(one.values);
    if (one.labels.defined()) labels.push_back(one.labels);
  }
  joined.values = values.size() == 1 ? values[0] : at::cat(values);
  if (!labels.empty()) joined.labels = at::cat(labels);
  return joined;
}

bool is_pattern(const fs::path& path) {
  return path.filename().string().find_first_of("*?") != std::string::npos && !fs::exists(path);
}

std::vector<fs::path> matching_files(const fs::path& pattern) {
  const fs::path folder = pattern.has_parent_path() ? pattern.parent_path() : fs::path(".");
  check(fs::is_directory(folder), "{}: the folder '{}' is not there", pattern.string(), folder.string());
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && glob_matches(pattern.filename().string(), entry.path().filename().string()))
      found.push_back(entry.path());
  check(!found.empty(), "{}: matches no file", pattern.string());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace lathe
