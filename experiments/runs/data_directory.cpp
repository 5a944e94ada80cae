#include "experiments/runs/data_directory.hpp"

namespace fs = std::filesystem;

namespace tengen {

fs::path data_directory(std::string_view kind) {
  std::error_code ignored;
  const fs::path installed =
      fs::read_symlink("/proc/self/exe", ignored).parent_path() / "../share/tengen" / kind;
  return fs::is_directory(installed, ignored) ? installed : fs::path(TENGEN_DATA_DIR) / kind;
}

}  // namespace tengen
