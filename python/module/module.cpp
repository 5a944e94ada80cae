// tengen._native: what python/tengen is made of. Its classes are for that package alone.
#include "envs/plugin.hpp"
#include "python/module/board.hpp"
#include "python/module/lanes.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <utility>
#include <vector>

namespace nb = nanobind;
using namespace nb::literals;

namespace tengen::python {
namespace {

EnvRegistry& registry() {
  static EnvRegistry registry = builtin_envs();
  return registry;
}

using Names = std::vector<std::pair<std::string, std::string>>;

Names environments() {
  Names list;
  for (const EnvEntry& entry : registry().entries()) list.emplace_back(entry.id, entry.description);
  return list;
}

nb::dict spec_of(const Board& board) {
  const GameSpec spec = board.spec();
  nb::dict dict;
  dict["name"] = spec.name;
  dict["rows"] = spec.rows;
  dict["columns"] = spec.columns;
  dict["planes"] = spec.planes;
  dict["globals"] = spec.globals;
  dict["actions"] = spec.actions;
  return dict;
}

void bind_lanes(nb::module_& m) {
  nb::enum_<Autoreset>(m, "Autoreset", "When a lane whose episode ended begins the next one.")
      .value("SAME_STEP", Autoreset::kSameStep)
      .value("NEXT_STEP", Autoreset::kNextStep)
      .value("DISABLED", Autoreset::kDisabled);
  nb::class_<Lanes>(m, "Lanes", "Lanes of one environment.")
      .def(
          "__init__",
          [](Lanes* self, const std::string& id, int lanes, int threads, Autoreset autoreset,
             std::optional<int> limit, bool single, const nb::dict& options) {
            new (self) Lanes(registry(), id, lanes, threads, autoreset, limit, single, options);
          },
          "id"_a, "lanes"_a, "threads"_a, "autoreset"_a, "limit"_a.none(), "single"_a, "options"_a)
      .def("restart", &Lanes::restart, "lanes"_a,
           "Starts (lane, seed or None) pairs anew; returns observation, score, mask.")
      .def("step", &Lanes::step, "actions"_a,
           "Returns observation, reward, terminated, truncated, score, mask, any_ended.")
      .def("draw", &Lanes::draw, "lane"_a, "RGB bytes (height, width, 3), or None.")
      .def("oracle", &Lanes::oracle, "The scripted expert's actions, or None.")
      .def_prop_ro("final_observation", &Lanes::final_observation)
      .def_prop_ro("final_score", &Lanes::final_score)
      .def_prop_ro("final_mask", &Lanes::final_mask)
      .def_prop_ro("spec", &Lanes::spec)
      .def_prop_ro("options", &Lanes::options, "All options with their values, as TOML.");
}

void bind_boards(nb::module_& m) {
  nb::class_<Board>(m, "Board", "A position of a board game.")
      .def("copy", &Board::copy)
      .def("play", &Board::play, "action"_a, "Plays a legal action.")
      .def("legal", &Board::legal, "One int8 for each action, 1 = legal.")
      .def("observe", &Board::observe, "Planes and globals, for the player to move.")
      .def("draw", &Board::draw, "last"_a, "RGB bytes (height, width, 3).")
      .def_prop_ro("to_move", &Board::to_move)
      .def_prop_ro("finished", &Board::finished)
      .def_prop_ro("score", &Board::score, "Of player 0: 1 won, 0 drawn, -1 lost.")
      .def_prop_ro("spec", &spec_of);
  m.def("boards", &boards, "Ids and descriptions of all board games.");
  m.def("board", &make_board, "id"_a, "options"_a, "The position at which games begin.");
}

NB_MODULE(_native, m) {
  m.doc() = "Environments and board games of Tengen, compiled.";
  // A later translator is asked first.
  const nb::exception<Error> error(m, "Error", PyExc_RuntimeError);
  nb::exception<UsageError>(m, "UsageError", nb::make_tuple(error, nb::handle(PyExc_ValueError)));
  bind_lanes(m);
  bind_boards(m);
  m.def("environments", &environments, "Ids and descriptions of all environments.");
  m.def(
      "load_plugin", [](const std::string& path) { load_plugin(registry(), path); }, "path"_a,
      "Adds the environments of a shared library.");
  m.def(
      "load_plugins", [](const std::string& list) { load_plugins(registry(), list); }, "list"_a,
      "Loads libraries and folders, separated by colons.");
}

}  // namespace
}  // namespace tengen::python
