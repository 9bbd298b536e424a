/// From files to rows: what [data] inputs, targets and groups name, opened and lined up.
#pragma once

#include "lathe/data/readers/file_list.h"
#include "lathe/recipe/data_section.h"

namespace lathe {

struct DataSource {
  Dataset data;
  Parts parts;  ///< what is known of each row by name: parts of file names, columns of a table
};

/// @param account  takes the hashes of the files and what was done to them; may be null
DataSource read_source(const DataSection& section, const std::filesystem::path& folder, bool classification,
                       LoadedData* account);

/// Text labels to classes: `data.class_names`, or else the distinct labels in order, numbers by size.
void encode_labels(const std::vector<std::string>& labels, Dataset& data, const std::string& file);

/// Opens files below --data once each and remembers their hashes.
class DataFiles {
 public:
  DataFiles(std::filesystem::path folder, LoadedData* account) : folder_(std::move(folder)), account_(account) {}
  /// The file, folder or pattern of that name. @throws Error where it is not there
  std::filesystem::path find(const std::string& name) const;
  /// Takes down the hash of what was found under that name.
  void note(const std::string& name, const std::filesystem::path& path) const;
  void note(const std::string& name, const std::string& hash) const;
  void say(std::vector<std::string> sentences) const;

 private:
  std::filesystem::path folder_;
  LoadedData* account_;
};

/// A folder of images, recordings or tables as rows.
DataSource read_file_set(const DataSection& section, const DataFiles& files, const std::filesystem::path& path,
                         bool classification);
/// Tables of samples, of any length, as windows. Their groups are those of a column; of names, the caller's business.
DataSource read_recording_set(const DataSection& section, const DataFiles& files, const FileList& list,
                              bool classification);

/// Rows are windows that are yet to be cut.
bool windows_asked(const DataSection& section);

/// True for "{label}_{index}", not for "{subject}_{index}" nor for a file's name.
bool is_label_pattern(const std::string& targets);

/// "{speaker}" or "{speaker}-{session}" for every row.
std::vector<std::string> part_groups(const std::string& pattern, const Parts& parts);

}  // namespace lathe
