// How good the named design was by what had been spent: one search's curve, and many in a picture.
#pragma once

#include "agents/design/design_search.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tengen {

struct DesignCurve {
  std::string method;
  std::uint64_t seed = 0;
  struct Point {
    std::int64_t spent = 0;
    double reward = 0;  ///< the final one of the design that stood named then
  };
  std::vector<Point> points;
};

/// Evaluates finally, with the random numbers of `final_seed`, what had been named by a hundredth
/// of the budget to the whole of it. Before the first nominee there are no points; a method that
/// names only at the end has one.
DesignCurve final_curve(const DesignSearch& search, std::string method, std::uint64_t seed,
                        std::uint64_t final_seed);

/// Writes rows of method,seed,spent,reward. Throws Error if the file cannot be written.
void write_curves(const std::filesystem::path& csv, const std::vector<DesignCurve>& curves);
/// Draws the median of every method, with the band between the quartiles where there are seeds
/// enough, as a PNG of 1200 × 750 pixels. `currency` names the x axis. Throws Error where gnuplot
/// is missing or fails.
void draw_curves(const std::filesystem::path& png, const std::vector<DesignCurve>& curves,
                 const std::string& currency);

/// The quantile of `values` (not empty) by linear interpolation, 0 ≤ q ≤ 1.
double quantile(std::vector<double> values, double q);

}  // namespace tengen
