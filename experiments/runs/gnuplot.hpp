// Pictures drawn by gnuplot, where it is installed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tengen {

/// Whether gnuplot is installed.
bool has_gnuplot();
/// Throws Error where gnuplot is not installed.
void require_gnuplot();
/// A string in a gnuplot script that shows `text`, whatever it contains: control characters as
/// spaces, bytes that are no UTF-8 as question marks.
std::string gnuplot_quoted(std::string_view text);
/// Lets gnuplot draw by a script that sets a terminal and no output, and puts what it draws in
/// `out`, atomically. Throws Error that names `out`, with gnuplot's last words if it fails.
void run_gnuplot(const std::string& script, const std::filesystem::path& out);

}  // namespace tengen
