// What ships with the program: recipes and trained networks.
#pragma once

#include <filesystem>
#include <string_view>

namespace tengen {

/// Where data that ships stands ("recipes", "models"): beside the installed program if it is there,
/// else in the source tree it was built from.
std::filesystem::path data_directory(std::string_view kind);

}  // namespace tengen
