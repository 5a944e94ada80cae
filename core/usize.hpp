// Unsigned sizes and indices: what std::ssize is the other way round.
#pragma once

#include <cstddef>
#include <type_traits>

namespace tengen {

/// `n` ≥ 0, an integer or an enumerator, as containers count and index: `values[usize(lane)]`.
template <class T>
requires std::is_integral_v<T> || std::is_enum_v<T>
constexpr std::size_t usize(T n) { return static_cast<std::size_t>(n); }

}  // namespace tengen
