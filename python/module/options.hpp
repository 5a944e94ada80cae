// Keyword arguments of Python as the options of an environment or a game.
#pragma once

#include "core/config.hpp"

#include <nanobind/nanobind.h>

namespace tengen::python {

/// Returns a Config that says what `options` says: names and their booleans, integers, floats,
/// strings, and lists of numbers or of strings. Throws UsageError for any other value.
Config config_of(const nanobind::dict& options);

}  // namespace tengen::python
