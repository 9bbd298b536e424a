/// [evaluate] smoothing = "hmm": what smooths sequences of classes is estimated when the network is done.
#pragma once

#include <string>

#include "lathe/data/dataset.h"
#include "lathe/formats/model_file.h"

namespace lathe {

/// Rows that a recipe may learn from: how classes follow each other is counted in all of them. What the network says of
/// a class is looked up in the rows held back, which it was not trained on; in those that trained where none of that
/// class is held back, which flatters it.
struct SmoothingRows {
  const Dataset& sequence;   ///< targets, groups and times of all, as they stand in the data; its inputs are not read
  const Dataset& train;      ///< those that trained
  const Dataset& held_back;  ///< those that were watched; may be empty
};

/// Puts the tables into the model's preprocessing. @return what was done, in one sentence
/// @throws Error when neither groups nor times say which rows follow each other
std::string estimate_smoothing(Model& model, const SmoothingRows& rows);

}  // namespace lathe
