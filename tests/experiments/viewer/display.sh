# Sourced by the tests of windows, which are called with PROGRAM: starts them again under a virtual display,
# in a folder of their own. Exits with 77 (skipped) where Xvfb or xdotool is missing.
set -u
program=$1
fail() { echo "FAILED: $*"; exit 1; }
for tool in xvfb-run xdotool; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
if [ "${2:-}" != inside ]; then
  exec xvfb-run -a -s "-screen 0 1400x900x24" "$0" "$program" inside
fi

folder=$(mktemp -d)
cd "$folder" || exit 1
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT
unset WAYLAND_DISPLAY SDL_VIDEODRIVER

# open ARGUMENTS…: starts the program and waits for its window. Now and then SDL finds no display on a
# server that has just started; then the program ends at once and is started again.
open() {
  for _ in 1 2 3; do
    "$program" "$@" & pid=$!
    for _ in $(seq 300); do
      window=$(xdotool search --name '^Tengen: ' 2>/dev/null | head -1)
      [ -n "$window" ] && { sleep 0.5; xdotool windowfocus "$window"; return; }
      kill -0 $pid 2>/dev/null || break
      sleep 0.1
    done
    kill -0 $pid 2>/dev/null && break
    sleep 1
  done
  fail "no window of: $*"
}
press() { for key in "$@"; do xdotool key "$key"; sleep 0.2; done; }
within() {  # within SECONDS COMMAND…
  local tries=$(($1 * 10)); shift
  for _ in $(seq $tries); do "$@" && return 0; sleep 0.1; done
  return 1
}
ended() { ! kill -0 $pid 2>/dev/null; }
