#include "experiments/design/design_files.hpp"

#include "core/check.hpp"
#include "core/config.hpp"
#include "core/excerpt.hpp"
#include "core/system/file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

namespace fs = std::filesystem;

namespace tengen {
namespace {

using nlohmann::json;
using namespace detector;

json parse(const fs::path& file) {
  const std::vector<std::byte> bytes = read_file(file);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    json out = json::parse(text);
    if (!out.is_object()) throw Error("it is not a JSON object");
    return out;
  } catch (const json::parse_error& error) {
    const std::string_view read = text.substr(0, error.byte > 0 ? error.byte - 1 : 0);
    const std::string_view what = error.what();  // "[…] parse error at …: syntax error …"
    const std::size_t reason = what.find(": ");
    throw Error("line {}, column {}: it is not JSON: {}", std::ranges::count(read, '\n') + 1,
                read.size() - (read.rfind('\n') + 1) + 1,
                reason == std::string_view::npos ? what : what.substr(reason + 2));
  }
}

// Both 20 and 20.0 are whole.
std::optional<int> whole_number(const json& value) {
  if (!value.is_number()) return std::nullopt;
  const auto x = value.get<double>();
  if (!(std::abs(x) <= 1e6) || x != std::floor(x)) return std::nullopt;
  return static_cast<int>(x);
}

// Messages about what is wrong in a file begin with its name.
template <class F>
auto in_file(const fs::path& file, F&& read) {
  if (!fs::is_regular_file(file)) throw Error("there is no design file '{}'", file.string());
  try {
    return read();
  } catch (const Error& error) {
    throw Error("{}: {}", file.string(), error.what());
  }
}

// One object of a file, which knows where it is and which keys it may have.
class Fields {
 public:
  Fields(const json& object, std::string where, std::initializer_list<const char*> known)
      : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw Error("{} is not a JSON object", where_);
    const std::vector<std::string> names(known.begin(), known.end());
    for (const auto& [key, value] : object.items())
      if (std::ranges::count(names, key) == 0)
        throw Error("{}{}", where_.empty() ? "" : where_ + ": ", unknown_name("key", key, names));
  }
  [[nodiscard]] bool has(const char* key) const { return object_.contains(key); }
  [[nodiscard]] double number(const char* key) const {
    const json& value = at(key);
    if (!value.is_number())
      throw Error("{} = {}: must be a number", path(key), excerpt(value.dump()));
    return value.get<double>();
  }
  [[nodiscard]] double number(const char* key, double otherwise) const {
    return has(key) ? number(key) : otherwise;
  }
  [[nodiscard]] int whole(const char* key) const {
    const json& value = at(key);
    if (const auto n = whole_number(value)) return *n;
    throw Error("{} = {}: must be a whole number", path(key), excerpt(value.dump()));
  }
  [[nodiscard]] const Material* material(const char* key) const {
    const json& value = at(key);
    if (!value.is_string())
      throw Error("{} = {}: must be a material's name", path(key), excerpt(value.dump()));
    try {
      return &detector::material(value.get<std::string>());
    } catch (const Error& error) {
      throw Error("{}: {}", path(key), error.what());
    }
  }
  [[nodiscard]] const json& list(const char* key) const {
    const json& value = at(key);
    if (!value.is_array()) throw Error("{} is not a list", path(key));
    return value;
  }
  [[nodiscard]] const json& at(const char* key) const {
    if (!has(key)) throw Error("{} is missing", path(key));
    return object_.at(key);
  }

 private:
  [[nodiscard]] std::string path(const char* key) const {
    return where_.empty() ? key : where_ + "." + key;
  }
  const json& object_;
  std::string where_;
};

void check_budget(const json& file, const CaloDesign& design) {
  if (!file.contains("budget")) return;
  const Fields budget(file["budget"], "budget", {"cost", "length_cm"});
  double length = 0;
  for (const Segment& s : design.segments) length += s.layers * (s.absorber_cm + s.active_cm);
  const double cost = calo_cost(design);
  if (budget.has("cost") && !(cost <= budget.number("cost")))
    throw Error("over budget: it costs {:.4g}, and budget.cost = {:.4g}", cost,
                budget.number("cost"));
  if (budget.has("length_cm") && !(length <= budget.number("length_cm")))
    throw Error("over budget: it is {:.4g} cm long, and budget.length_cm = {:.4g}", length,
                budget.number("length_cm"));
}

}  // namespace

CaloDesign read_calo_design(const fs::path& path) {
  return in_file(path, [&] {
    const json file = parse(path);
    const Fields top(file, "", {"segments", "readout", "budget"});
    CaloDesign design;
    for (const json& item : top.list("segments")) {
      const std::string where = fmt::format("segments[{}]", design.segments.size());
      const Fields s(item, where, {"n", "absorber", "t_abs_cm", "active", "t_act_cm"});
      design.segments.push_back({s.whole("n"), s.material("absorber"), s.number("t_abs_cm"),
                                 s.material("active"), s.number("t_act_cm")});
    }
    if (top.has("readout")) {
      const Fields r(file["readout"], "readout",
                     {"photo_electrons_per_gev", "noise_mev", "constant_term"});
      design.readout = {r.number("photo_electrons_per_gev", 0), r.number("noise_mev", 0),
                        r.number("constant_term", 0)};
    }
    check_design(design);
    check_budget(file, design);
    return design;
  });
}

Tracker read_tracker_design(const fs::path& path) {
  return in_file(path, [&] {
    const json file = parse(path);
    const Fields top(file, "", {"slots", "layers", "pipe", "field_tesla"});
    if (top.has("slots") && file.size() > 1)
      throw Error("slots fixes everything else: it stands alone");
    if (top.has("slots")) {
      std::vector<int> slots;
      for (const json& slot : top.list("slots")) {
        const auto n = whole_number(slot);
        if (!n)
          throw Error("slots[{}] = {}: must be a whole number", slots.size(), excerpt(slot.dump()));
        slots.push_back(*n);
      }
      return slot_tracker(slots);
    }
    if (!top.has("layers")) throw Error("it has neither slots nor layers");
    Tracker out{{}, 0, 0, top.number("field_tesla", 3.8)};
    for (const json& item : top.list("layers")) {
      const Fields l(item, fmt::format("layers[{}]", out.layers.size()),
                     {"radius_cm", "resolution_cm", "thickness_x0"});
      out.layers.push_back(
          {l.number("radius_cm"), l.number("resolution_cm"), l.number("thickness_x0")});
    }
    if (top.has("pipe")) {
      const Fields p(file["pipe"], "pipe", {"radius_cm", "thickness_x0"});
      out.pipe_radius_cm = p.number("radius_cm"), out.pipe_lengths = p.number("thickness_x0");
    }
    check_tracker(out);
    return out;
  });
}

}  // namespace tengen
