// Character sets of SGF files: the bytes of any file become UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace tengen {

class SgfWarnings;

/// The bytes of an SGF file as UTF-8, by iconv, without byte order mark and NUL bytes.
///
/// UTF-16 and UTF-32 are known by their byte order mark, UTF-16 also by its zero bytes. Text that
/// is valid UTF-8 is UTF-8, unless CA names another multi-byte set and no character of three bytes
/// or more speaks against it. Else every set that is likely (GB18030, Shift_JIS, Big5, CP949,
/// EUC-JP, Latin-1, UTF-8 with a few wrong bytes) and the one that CA names is tried and judged by
/// the mean over its characters beyond ASCII: 3 for one that is frequent in that language or in
/// records of Go, 1 for a Latin letter on its own; less than 0 for the rare, for private use, for
/// brackets that do not match, and most of all for bytes that mean nothing. The set that CA names
/// gets 2 more; among equals the earlier wins. A CA inside a collection begins another set. Bytes
/// that mean nothing are kept as Latin-1's characters.
///
/// `name` is the file's; what was assumed against CA or without one goes to `warnings` (may be
/// null).
std::string sgf_as_utf8(std::string_view bytes, const std::string& name,
                        SgfWarnings* warnings = nullptr);

/// Whether every byte is ASCII.
bool is_ascii(std::string_view text);

}  // namespace tengen
