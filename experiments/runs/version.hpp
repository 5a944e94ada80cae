// The version of this program, which cmake/version.cmake fills in at every build.
#pragma once

#include <string>
#include <string_view>

namespace tengen {

extern const std::string_view kVersion;    ///< "0.1.0"
extern const std::string_view kRevision;   ///< git's short hash, or "unknown" outside a repository
extern const bool kModified;               ///< whether the tree differed from that revision
extern const std::string_view kBuildType;  ///< "Release"

/// "0.1.0 (3f2a9c1, modified)": version, revision and state of the tree at build.
std::string version_text();

}  // namespace tengen
