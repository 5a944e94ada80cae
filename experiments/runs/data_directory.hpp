// Where the recipes and trained networks are that ship with the program.
#pragma once

#include <filesystem>
#include <string_view>

namespace tengen {

/// The folder of the data of that kind, "recipes" or "models": beside the installed program if it
/// is there, else in the source tree from which the program was built.
std::filesystem::path data_directory(std::string_view kind);

}  // namespace tengen
