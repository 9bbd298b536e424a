/// Which rows of [data] train and which test.
#pragma once

#include "lathe/data/splits.h"
#include "lathe/recipe/data_section_source.h"

namespace lathe {

/// By the section's `split`, other than "files" and "none". @throws Error where it cannot be, or leaks
Split split_source(const DataSection& section, const DataSource& source);

/// "12 of the 12 groups that test train too …"; empty where none does.
std::string leak_note(const Dataset& train, const Dataset& test);

/// Tests the rows whose part has one of the values: "index = 0:5" (whole numbers, the end left out), "speaker = theo",
/// "file = test_*, other_*". @throws Error (usage) for an unknown part, values that no row has, or that all have
Split split_where(const std::string& condition, const Parts& parts);

/// Every class that has a name or is tested must have a row that trains. @throws Error that names one that has none
void check_classes_train(const Dataset& train, const Dataset& test);

}  // namespace lathe
