#!/bin/sh
# Installs the checkout into a Python environment of its own, as `pip install .` does, and tests it there.
#
#     tests/python/run.sh FOLDER [PLUGIN]    FOLDER keeps the environment; PLUGIN is libplugin_my_env.so
#
# With TENGEN_TEST_SB3=1, Stable-Baselines3 is installed and tested, too; it needs PyTorch, which is large.
# The exit code is 77, skipped, where Python's packages cannot be had.
set -eu
folder=$1
TENGEN_TEST_PLUGIN=${2:-}
export TENGEN_TEST_PLUGIN
cd "$(dirname "$0")/../.."

skip() {
  echo "skipped: $*"
  exit 77
}

packages="scikit-build-core>=0.10 nanobind>=2.4 gymnasium>=1.1 pettingzoo ale-py pytest"
[ -z "${TENGEN_TEST_SB3:-}" ] || packages="torch==2.13.0 stable-baselines3>=2.4 sb3-contrib $packages"
python=$folder/bin/python
if [ "$(cat "$folder/packages" 2>/dev/null)" != "$packages" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder" || skip "python3 has no venv (Debian, Ubuntu: apt-get install python3-venv)"
  # shellcheck disable=SC2086  # these are several words
  "$python" -m pip install --quiet $packages || skip "pip could not install $packages"
  echo "$packages" >"$folder/packages"
fi
"$python" -c 'import sys, sysconfig, os; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
  skip "Python.h is missing (Debian, Ubuntu: apt-get install python3-dev)"
"$python" -m pip install --quiet --no-build-isolation --no-deps -Ccmake.define.TENGEN_WERROR=ON .
exec "$python" -m pytest -q -p no:cacheprovider tests/python
