#pragma once

#include <CLI/CLI.hpp>

namespace tengen {

/// `tengen detector design`.
void add_design_command(CLI::App& detector);

}  // namespace tengen
