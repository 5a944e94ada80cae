# shellcheck shell=bash
# scripts/run and scripts/test source this. It installs what the build needs, configures a preset, and builds it.
# Works from a fresh clone on Debian 12 or later and on Ubuntu 22.04 or later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

install_missing=true  # --no-install turns it off
torch_version=2.13.0  # of the PyTorch wheel, for distributions without LibTorch 1.13 or later

say() { printf '== %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
fail_usage() { printf 'error: %s\n' "$*" >&2; exit 2; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# apt_version PACKAGE prints the version that apt would install, or nothing if it has none.
apt_version() { apt-cache policy "$1" | awk '/Candidate:/ && $2 != "(none)" {print $2}'; }

has_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

lists_updated=false
update_lists() {
  $lists_updated || as_root apt-get update -qq >&2
  lists_updated=true
}

# need REASON PACKAGE… installs the packages that are missing, and says which and why.
absent=()  # packages that are missing and that --no-install does not install
need() {
  local reason=$1 package missing=()
  shift
  for package; do has_package "$package" || missing+=("$package"); done
  [ ${#missing[@]} != 0 ] || return 0
  $install_missing || { absent+=("${missing[@]}"); return 0; }
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail "missing: ${missing[*]} ($reason); neither root nor sudo to install them"
  say "installing with apt: ${missing[*]} ($reason)"
  update_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# The C++20 compiler is the distribution's g++, or g++-12 where that is older (Ubuntu 22.04).
choose_compiler() {
  if dpkg --compare-versions "$(apt_version g++ | cut -d: -f2)" ge 12; then
    need "C++20 compiler" g++
  else
    need "C++20 compiler" g++-12
    export CC=gcc-12 CXX=g++-12
  fi
}

# Ubuntu 22.04 has no package of toml++, so its headers are taken from a Python package that contains them, into .deps/.
fetch_tomlplusplus() {
  local name=pytomlpp-1.1.0
  [ ! -e .deps/usr/include/toml++/toml.h ] || return 0
  $install_missing || { absent+=("toml++ (fetched into .deps/)"); return 0; }
  need "fetching toml++" python3-venv ca-certificates
  say "fetching the headers of toml++ into .deps/ (this distribution has no package)"
  mkdir -p .deps/usr
  python3 -m venv .deps/venv
  .deps/venv/bin/pip download --quiet --no-deps --no-binary :all: --dest .deps "${name/-/==}" >&2
  echo "61a0f73e7ba2fe8bba4e99ce6d2701491885850b53aad8f3e46d03c4b31e594d  .deps/$name.tar.gz" | sha256sum --check --quiet || fail "$name is not the package that it was"
  tar xzf .deps/$name.tar.gz -C .deps/usr --strip-components=3 "$name/third_party/tomlplusplus/include"
}

# LibTorch is the distribution's (with OpenBLAS as its BLAS, since the default one is 40 times slower), or a wheel in
# .venv/.
choose_torch() {
  local version
  version=$(apt_version libtorch-dev)
  if [ -n "$version" ] && dpkg --compare-versions "$version" ge 1.13; then
    need "tensors and networks" libtorch-dev
    need "fast linear algebra" libopenblas0-pthread
    use_openblas
    return
  fi
  if ! compgen -G '.venv/lib/python3*/site-packages/torch/lib/libtorch.so' >/dev/null; then
    $install_missing || { absent+=("libtorch (a PyTorch wheel, put into .venv/)"); return 0; }
    need "a private environment for LibTorch" python3-venv ca-certificates
    say "installing the PyTorch $torch_version wheel into .venv/ (this distribution has no libtorch-dev of 1.13 or later)"
    python3 -m venv .venv
    .venv/bin/pip install --quiet "torch==$torch_version" >&2
  fi
  torch=$(echo "$PWD"/.venv/lib/python3*/site-packages/torch)
}

use_openblas() {
  local link name
  for link in /etc/alternatives/lib{blas,lapack}.so.3-*; do
    name=${link##*/}
    if [[ ! -e $link || $(readlink "$link") == */openblas* ]]; then continue; fi
    $install_missing || fail "$name is not OpenBLAS; choose it with: update-alternatives --config $name"
    say "making OpenBLAS the machine's ${name%%-*} ($name)"
    as_root update-alternatives --set "$name" "/usr/lib/${name#*.so.3-}/openblas-pthread/${name%%-*}" >&2
  done
}

# setup [tests] installs everything that the build (and its tests) needs, and sets $torch if LibTorch is not the
# distribution's.
with_tests=false
setup() {
  [ "${1-}" != tests ] || with_tests=true
  command -v apt-get >/dev/null || fail "this script installs with apt (Debian, Ubuntu); elsewhere see docs/building.md"
  torch=ON
  if $install_missing && [ -z "$(apt_version libcli11-dev)" ]; then update_lists; fi
  choose_compiler
  need "build tools" cmake ninja-build pkg-config ccache mold
  need "libraries" libfmt-dev libcli11-dev nlohmann-json3-dev libstb-dev libzstd-dev libxxhash-dev libboost-dev
  need "CMA-ES" libpagmo-dev
  if [ -n "$(apt_version libtomlplusplus-dev)" ]; then need "recipes" libtomlplusplus-dev; else fetch_tomlplusplus; fi
  need "window and clips" libsdl2-dev libimgui-dev libgif-dev
  need "plots and videos" gnuplot-nox ffmpeg
  if $with_tests; then
    need "tests" catch2 python3
    need "the Python package and its tests" python3-dev python3-venv
    need "the window's tests, on a virtual display" xvfb xauth xdotool
  fi
  choose_torch
  [ ${#absent[@]} = 0 ] || fail "missing: ${absent[*]}; install them, or leave out --no-install"
}

# build PRESET [TARGET…] configures and builds.
build() {
  local preset=$1 options=()
  shift
  [ "$torch" = ON ] || options+=("-DTENGEN_TORCH=$torch")
  $with_tests || options+=(-DTENGEN_TESTS=OFF)
  [ ! -d .deps ] || options+=("-DCMAKE_PREFIX_PATH=$PWD/.deps/usr")
  say "building in build/$preset"
  cmake --preset "$preset" "${options[@]}"
  NINJA_STATUS='[%f of %t, %e s] ' cmake --build "build/$preset" --parallel "$(nproc)" "${@/#/--target=}"
}
