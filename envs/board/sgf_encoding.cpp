#include "envs/board/sgf_encoding.hpp"

#include "core/usize.hpp"
#include "envs/board/frequent_characters.hpp"
#include "envs/board/sgf.hpp"
#include "envs/board/sgf_space.hpp"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tengen {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kSample = 256 << 10;  // bytes that a guess looks at
constexpr double kDeclaredBonus = 2;

struct Charset {
  const char* name;              // iconv's
  const char* frequent;          // its language's characters
  std::string_view other_names;  // in CA: lower case, letters and digits only, each between spaces
};

// The sets that are tried without a valid CA, the likelier in today's archives first.
constexpr std::array<Charset, 7> kCharsets{{
    {"UTF-8", nullptr, " utf8 unicode "},
    {"GB18030", kFrequentChinese,
     " gb gbk gb2312 gb231280 gb18030 cp936 936 ms936 windows936 euccn xgbk "},
    {"CP932", kFrequentJapanese,
     " shiftjis sjis xsjis mssjis ms932 cp932 932 windows31j windows932 "},
    {"UHC", kFrequentKorean,
     " euckr uhc cp949 949 ms949 windows949 ksc56011987 ksc5601 korean xeuckr "},
    {"BIG5", kFrequentTaiwanese, " big5 cp950 950 ms950 windows950 big5eten xxbig5 cnbig5 "},
    {"EUC-JP", kFrequentJapanese, " eucjp xeucjp ujis eucjpms "},
    {"CP1252", nullptr,
     " iso88591 latin1 l1 usascii ascii ansi cp1252 1252 windows1252 iso8859 88591 "},
}};

std::vector<char32_t> code_points(std::string_view utf8) {
  std::vector<char32_t> out;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[at]);
    const int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t c = more == 0 ? lead : lead & (0x3FU >> more);
    for (int i = 1; i <= more && at + usize(i) < utf8.size(); ++i)
      c = c << 6 | (static_cast<unsigned char>(utf8[at + usize(i)]) & 0x3FU);
    at += usize(more) + 1;
    out.push_back(c);
  }
  return out;
}

struct Converted {
  std::string text;
  std::size_t wrong = 0;  // bytes that mean nothing
};

struct Descriptor {
  explicit Descriptor(const char* charset) : handle(::iconv_open("UTF-8", charset)) {}
  ~Descriptor() {
    if (works()) ::iconv_close(handle);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] bool works() const { return handle != reinterpret_cast<iconv_t>(-1); }

  iconv_t handle;
};

// Opens a converter, which takes longer than reading a game; null where iconv lacks the set.
iconv_t descriptor(const char* charset) {
  thread_local std::map<std::string, Descriptor> opened;
  const auto at = opened.try_emplace(charset, charset).first;
  if (at->second.works()) return at->second.handle;
  opened.erase(at);
  return nullptr;
}

// Converts bytes; null where iconv does not know the set.
std::optional<Converted> converted(std::string_view bytes, const char* charset, std::size_t unit) {
  const iconv_t handle = descriptor(charset);
  if (handle == nullptr) return std::nullopt;
  ::iconv(handle, nullptr, nullptr, nullptr, nullptr);
  Converted out;
  std::array<char, 16384> buffer;
  char* from = const_cast<char*>(bytes.data());  // iconv's signature; it only reads
  std::size_t left = bytes.size();
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const bool failed = ::iconv(handle, &from, &left, &to, &room) == usize(-1);
    out.text.append(buffer.data(), to);
    if (!failed || errno == E2BIG) continue;
    const auto byte = static_cast<unsigned char>(*from);
    if (byte < 0x80) {
      out.text += static_cast<char>(byte);
    } else {
      out.text += static_cast<char>(0xC0 | byte >> 6);
      out.text += static_cast<char>(0x80 | (byte & 0x3F));
    }
    ++out.wrong;
    const std::size_t skipped = std::min(left, unit);
    from += skipped;
    left -= skipped;
    ::iconv(handle, nullptr, nullptr, nullptr, nullptr);
  }
  return out;
}

bool is_ideograph(char32_t c) { return c >= 0x4E00 && c < 0xA000; }
bool is_hangul(char32_t c) { return c >= 0xAC00 && c < 0xD7A4; }
bool is_kana(char32_t c) { return c >= 0x3041 && c < 0x30FF; }
bool is_latin(char32_t c) { return c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7; }

using Characters = std::unordered_set<char32_t>;

// The characters of a language's text; empty for null.
const Characters& characters(const char* text) {
  static const std::map<const char*, Characters> kAll = [] {
    std::map<const char*, Characters> all{{nullptr, {}}};
    for (const Charset& charset : kCharsets)
      if (charset.frequent != nullptr)
        for (const char32_t c : code_points(charset.frequent)) all[charset.frequent].insert(c);
    return all;
  }();
  return kAll.at(text);
}

// How plausible one character is in a language; `frequent` is empty for Latin-1, `all` is UTF-8.
double plausibility(char32_t c, const Characters& frequent, bool all) {
  if (frequent.contains(c)) return 3;
  if (c >= 0x80 && c < 0xA0) return -3;  // control
  if ((c >= 0xE000 && c < 0xF900) || c >= 0x20000 || (c >= 0x3400 && c < 0x4E00))
    return -5;                               // private use, rare
  if (c >= 0xFF61 && c < 0xFFA0) return -2;  // half-width katakana
  if ((c >= 0x2010 && c < 0x2070) || (c >= 0x3000 && c < 0x3020) || (c >= 0xFF01 && c < 0xFF5F))
    return 0.5;  // punctuation
  if (all) return is_ideograph(c) || is_hangul(c) || is_kana(c) ? 2 : is_latin(c) ? 1.5 : 0;
  if (frequent.empty()) return is_latin(c) ? 1 : -1;
  const bool korean = frequent.contains(U'바');
  if (is_hangul(c)) return korean ? 0.5 : -3;
  if (is_ideograph(c)) return korean ? -1.5 : -0.5;
  return -1;
}

double score(std::string_view text, std::size_t wrong, const Charset& charset) {
  const Characters& frequent = characters(charset.frequent);
  const bool utf8 = charset.name == "UTF-8"sv, latin = charset.frequent == nullptr && !utf8;
  double sum = 0;
  int count = 0, run = 0, brackets = 0;
  bool escaped = false;
  char32_t before = 0;
  for (const char32_t c : code_points(text)) {
    if (!escaped && (c == '[' || c == ']')) brackets += c == '[' ? 1 : -1;
    escaped = c == '\\' && !escaped;
    run = c < 0x80 ? 0 : run + 1;
    const char32_t last = std::exchange(before, c);
    if (c < 0x80) continue;
    ++count;
    // No Latin language has three letters beyond ASCII in a row, or a capital within a word.
    const bool capital = c >= 0xC0 && c < 0xDF && (last >= 0x80 || (last >= 'a' && last <= 'z'));
    sum += latin && (run > 2 || capital) ? -3 : plausibility(c, frequent, utf8);
  }
  if (count == 0) return 0;
  return (sum - 10 * static_cast<double>(wrong) - 3 * std::abs(brackets)) / count;
}

std::string simplified(std::string_view charset) {
  std::string out;
  for (const char c : charset)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The name that iconv has for what CA says; empty if it knows none, or one that is no superset of
// ASCII.
std::string iconv_name(std::string_view declared) {
  const std::string key = simplified(declared);
  if (key.empty()) return "";
  for (const Charset& charset : kCharsets)
    if (charset.other_names.find(" " + key + " ") != std::string_view::npos) return charset.name;
  for (const std::string& name : {std::string(declared), "CP" + key}) {
    const auto probe = converted("(;A[\\])", name.c_str(), 1);
    if (probe && probe->wrong == 0 && probe->text == "(;A[\\])") return name;
  }
  return "";
}

// The value of the "CA" at `at`, where a property of that name may stand; else null.
std::optional<std::string_view> charset_at(std::string_view bytes, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && is_sgf_space(bytes[before - 1])) --before;
  if (before == 0 || "];("sv.find(bytes[before - 1]) == std::string_view::npos) return std::nullopt;
  std::size_t start = at + 2;
  while (start < bytes.size() && is_sgf_space(bytes[start])) ++start;
  constexpr std::size_t kLongest = 40;
  const std::size_t end = bytes.substr(0, start + kLongest).find(']', start);
  if (start >= bytes.size() || bytes[start] != '[' || end == std::string_view::npos)
    return std::nullopt;
  return bytes.substr(start + 1, end - start - 1);
}

// Finds where games start, for places that are asked for in their order: each byte is read once.
class GameStarts {
 public:
  explicit GameStarts(std::string_view bytes) : bytes_(bytes) {}

  // The last "(;" or "(CA" not far before `at`, spaces allowed between; npos if there is none.
  std::size_t before(std::size_t at) {
    constexpr std::size_t kFarthest = 4096;
    for (; read_ < at; ++read_) {
      if (bytes_[read_] != '(') continue;
      const std::size_t next = bytes_.find_first_not_of(" \t\r\n", read_ + 1);
      if (next != std::string_view::npos && (bytes_[next] == ';' || next == at)) start_ = read_;
    }
    return start_ != std::string_view::npos && at - start_ <= kFarthest ? start_
                                                                        : std::string_view::npos;
  }

 private:
  std::string_view bytes_;
  std::size_t read_ = 0, start_ = std::string_view::npos;
};

struct Segment {
  std::string_view bytes;
  std::size_t line = 1;
  std::string declared;  // as CA has it
};

// Splits a collection into segments: a game that names another set than the one before starts one.
std::vector<Segment> segments(std::string_view bytes) {
  constexpr int kMost = 1'000'000;  // places that are looked at
  std::vector<Segment> out{{bytes, 1, ""}};
  std::size_t begin = 0, last = std::string_view::npos;  // games
  GameStarts starts(bytes);
  int looked = 0;
  for (std::size_t at = bytes.find("CA"); at != std::string_view::npos && looked < kMost;
       at = bytes.find("CA", at + 2)) {
    const auto declared = charset_at(bytes, at);
    if (!declared) continue;
    ++looked;
    const std::size_t game = starts.before(at);
    if (std::exchange(last, game) == game && game != std::string_view::npos) continue;
    if (*declared == out.back().declared) continue;
    if (game == std::string_view::npos || game <= begin) {
      if (out.back().declared.empty()) out.back().declared = *declared;
      continue;
    }
    const std::string_view before = bytes.substr(begin, game - begin);
    out.back().bytes = before;
    const auto lines = usize(std::ranges::count(before, '\n'));
    out.push_back({bytes.substr(game), out.back().line + lines, std::string(*declared)});
    begin = game;
  }
  return out;
}

// The encoding of one segment: what CA says where it fits, else the most plausible one.
class Decoder {
 public:
  Decoder(const Segment& segment, const std::string& name, SgfWarnings* warnings)
      : segment_(segment), name_(name), warnings_(warnings) {}

  std::string text() {
    if (segment_.bytes.find("\x1B$") != std::string_view::npos) return as("ISO-2022-JP");
    const std::string_view declared = segment_.declared;
    const std::string known = iconv_name(declared);
    if (is_ascii(segment_.bytes)) {
      if (!declared.empty() && known.empty())
        warn("CA", "CA[{}] is no character set known here; there is ASCII only", declared);
      return std::string(segment_.bytes);
    }
    const std::string chosen = choose(known);
    if (declared.empty())
      warn("no CA", "no CA names the character set: read as {}", chosen);
    else if (known.empty())
      warn("CA", "CA[{}] is no character set known here: read as {}", declared, chosen);
    else if (known != chosen)
      warn("CA", "CA[{}] does not fit what is written: read as {}", declared, chosen);
    return as(chosen.c_str());
  }

 private:
  template <class... Arguments>
  void warn(std::string_view kind, fmt::format_string<Arguments...> format,
            Arguments&&... arguments) const {
    if (warnings_ == nullptr) return;
    const auto* at = std::ranges::find_if(segment_.bytes,
                                          [](char c) { return static_cast<signed char>(c) < 0; });
    const auto line = segment_.line + usize(std::count(segment_.bytes.begin(), at, '\n'));
    warnings_->add(kind, fmt::format("{}:{}: {}", name_, at == segment_.bytes.end() ? 1 : line,
                                     fmt::format(format, std::forward<Arguments>(arguments)...)));
  }

  std::string as(const char* charset) const {
    auto out = converted(segment_.bytes, charset, 1);
    if (!out) return std::string(segment_.bytes);
    if (out->wrong > 0)
      warn("bytes", "{} bytes mean nothing in {}: kept as Latin-1's characters", out->wrong,
           charset);
    return std::move(out->text);
  }

  [[nodiscard]] std::string choose(const std::string& declared) const {
    const std::string_view sample = segment_.bytes.substr(0, kSample);
    const auto utf8 = converted(sample, "UTF-8", 1);
    const bool cut = sample.size() < segment_.bytes.size();  // and a character with it, maybe
    const bool long_sequence =
        std::ranges::any_of(sample, [](char c) { return static_cast<unsigned char>(c) >= 0xE0; });
    if (utf8 && utf8->wrong <= (cut ? 3U : 0U) && (long_sequence || !is_multi_byte(declared)))
      return "UTF-8";
    const auto listed = [&](const Charset& c) { return c.name == declared; };
    if (!declared.empty() && std::ranges::none_of(kCharsets, listed)) {
      // Nothing is known here of its language, so it is right where it can be.
      const auto text = converted(sample, declared.c_str(), 1);
      if (text && text->wrong == 0) return declared;
    }
    std::string best = "CP1252";
    double best_score = -1e9;
    const auto look_at = [&](const Charset& charset) {
      const auto text = converted(sample, charset.name, 1);
      if (!text) return;
      const double plausible =
          score(text->text, text->wrong, charset) + (listed(charset) ? kDeclaredBonus : 0);
      if (plausible <= best_score) return;
      best = charset.name;
      best_score = plausible;
    };
    const auto* named = std::ranges::find_if(kCharsets, listed);
    if (named != kCharsets.end()) look_at(*named);
    if (best_score >= 3) return best;  // no other can have more
    for (const Charset& charset : kCharsets)
      if (!listed(charset)) look_at(charset);
    return best;
  }

  // One of those that may have ASCII's bytes inside a character.
  static bool is_multi_byte(std::string_view charset) {
    return std::ranges::any_of(
        kCharsets, [&](const Charset& c) { return c.name == charset && c.frequent != nullptr; });
  }

  const Segment& segment_;
  const std::string& name_;
  SgfWarnings* warnings_;
};

// UTF-16 or UTF-32 by its byte order mark, or by every other byte being 0; null for anything else.
const char* wide_charset(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return "UTF-32LE";
  if (bytes.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32BE";
  if (bytes.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (bytes.starts_with("\xFE\xFF")) return "UTF-16BE";
  std::array<int, 2> zeros{};
  const std::size_t sample = std::min<std::size_t>(bytes.size(), 512);
  for (std::size_t i = 0; i < sample; ++i) zeros[i % 2] += bytes[i] == 0 ? 1 : 0;
  const int many = static_cast<int>(sample / 8);
  if (zeros[1] > many && zeros[0] <= zeros[1] / 8) return "UTF-16LE";
  if (zeros[0] > many && zeros[1] <= zeros[0] / 8) return "UTF-16BE";
  return nullptr;
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
}

std::string sgf_as_utf8(std::string_view bytes, const std::string& name, SgfWarnings* warnings) {
  std::string out;
  if (const char* wide = wide_charset(bytes)) {
    if (const auto text =
            converted(bytes, wide, wide == "UTF-16LE"sv || wide == "UTF-16BE"sv ? 2 : 4)) {
      out = text->text;
      const bool marked = static_cast<signed char>(bytes[0]) < 0 || wide == "UTF-32BE"sv;
      if (warnings != nullptr && (!marked || text->wrong > 0))
        warnings->add("wide",
                      fmt::format("{}:1: read as {}, though {}", name, wide,
                                  marked ? "some of it is none" : "it has no byte order mark"));
    }
  } else {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    const bool marked = bytes.starts_with(kMark);
    for (Segment segment : segments(bytes.substr(marked ? kMark.size() : 0))) {
      if (marked && segment.declared.empty()) segment.declared = "UTF-8";
      out += Decoder(segment, name, warnings).text();
    }
  }
  if (out.starts_with("\xEF\xBB\xBF")) out.erase(0, 3);  // UTF-16's mark
  const std::size_t zero = out.find('\0');
  if (zero == std::string::npos) return out;
  const auto line =
      1 + std::count(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(zero), '\n');
  const auto count = std::erase(out, '\0');
  if (warnings != nullptr)
    warnings->add("NUL", fmt::format("{}:{}: {} NUL bytes: left out", name, line, count));
  return out;
}

}  // namespace tengen
