/// Text that comes from elsewhere, made fit for JSON and for terminals.
#pragma once

#include <string>
#include <string_view>

namespace lathe {

/// The same text with a '?' for every byte that is no UTF-8.
std::string as_utf8(std::string_view text);

}  // namespace lathe
