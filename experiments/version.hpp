// What was built: filled in by cmake/version.cmake at every build.
#pragma once

#include <string_view>

namespace tengen {

extern const std::string_view kVersion;    ///< "0.1.0"
extern const std::string_view kRevision;   ///< git's short hash, or "unknown" outside a repository
extern const bool kModified;               ///< the tree differed from that revision
extern const std::string_view kBuildType;  ///< "Release"

}  // namespace tengen
