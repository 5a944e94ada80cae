#!/bin/bash
# go_window.sh PROGRAM: the Go board under a virtual display, played with the mouse. Exits with 77
# (skipped) where Xvfb or xdotool is missing.
# shellcheck source-path=SCRIPTDIR source=display.sh
source "$(dirname "$(realpath "$0")")/display.sh"
# saved PATTERN: G saves the game as it stands; does the file match, wherever its lines end?
saved() { rm -f go-*.sgf; xdotool key g; sleep 0.3; tr -d '\n' 2>/dev/null < go-1.sgf | grep -Eqs "$1"; }

# dark PICTURE X Y: is that pixel of a PNG (8 bits, RGB) nearly black?
dark() {
  python3 - "$@" <<'END'
import struct, sys, zlib
data, x, y = open(sys.argv[1], "rb").read(), int(sys.argv[2]), int(sys.argv[3])
at, packed = 8, b""
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind == b"IHDR": width, height = struct.unpack(">II", data[at + 8:at + 16])
    if kind == b"IDAT": packed += data[at + 8:at + 8 + size]
    at += 12 + size
raw, stride = zlib.decompress(packed), 3 * width
above = bytearray(stride)
for row in range(y + 1):
    start = row * (stride + 1)
    how, line = raw[start], bytearray(raw[start + 1:start + 1 + stride])
    for i in range(stride):
        a, b = (line[i - 3] if i >= 3 else 0), above[i]
        c = above[i - 3] if i >= 3 else 0
        p = a + b - c
        near = a if abs(p - a) <= abs(p - b) and abs(p - a) <= abs(p - c) else b if abs(p - b) <= abs(p - c) else c
        line[i] = (line[i] + (0, a, b, (a + b) // 2, near)[how]) & 255
    above = line
sys.exit(0 if max(above[3 * x:3 * x + 3]) < 100 else 1)
END
}

# A click plays a stone, at the start of the game a black one: where it is put the file tells.
open go --analyse "" --size 9
xdotool mousemove --window "$window" 420 300 click 1
within 10 saved ';B\[[a-i]{2}\]' || fail "a click played nothing"
xdotool mousemove --window "$window" 1000 780
press s
within 10 test -s go-1.png || fail "S wrote no picture"
dark go-1.png 430 290 || fail "where the click was, there is no black stone"
dark go-1.png 105 30 && fail "there is no wood around it"
# The same point again is taken; another is White's.
xdotool mousemove --window "$window" 420 300 click 1
xdotool mousemove --window "$window" 260 300 click 1
within 10 saved ';B\[[a-i]{2}\];W\[[a-i]{2}\]\)' || fail "White's click played nothing"
press u
within 10 saved ';B\[[a-i]{2}\]\)' || fail "U took nothing back"
press p p
within 10 saved ';B\[[a-i]{2}\];W\[\];B\[\]' || fail "P did not pass"
saved 'RE\[(B|W)\+[0-9.]+\]' || fail "two passes did not end the game"
press Escape
within 10 ended || fail "Esc did not quit"
wait $pid || fail "go ended with $?"

# An engine answers.
open play Go-v0 --size 9 --against uct:50
xdotool mousemove --window "$window" 420 300 click 1
within 60 saved ';B\[[a-i]{2}\];W\[[a-i]{2}\]' || fail "the engine did not answer"
press q
within 30 ended || fail "Q did not quit"
wait $pid || fail "play ended with $?"

# A file is stepped through: at its end, there are its stones.
printf '(;GM[1]SZ[9]KM[7.5];B[ee];W[cc];B[gg])' > game.sgf
open go game.sgf --analyse uct:100
press End a Home
sleep 1
press s Escape
within 30 ended || fail "Esc did not quit"
wait $pid || fail "go game.sgf ended with $?"
test -s go-2.png || fail "S wrote no picture of the file's game"
echo passed
