// Includes Catch2 in the version that the distribution has: 2 (Debian 12, Ubuntu 22.04) or 3.
// It has a guard of the old kind, because it is precompiled: #pragma once does not recognise a
// precompiled header that ccache took from another checkout at the same place.
#ifndef TENGEN_TESTS_CATCH_HPP
#define TENGEN_TESTS_CATCH_HPP

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
#else
#include <catch2/catch.hpp>
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
inline auto ContainsSubstring(const std::string& text) { return Catch::Matchers::Contains(text); }
#endif

#endif
