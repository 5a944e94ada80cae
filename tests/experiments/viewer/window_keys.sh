#!/bin/bash
# window_keys.sh PROGRAM: the window under a virtual display, played by its keys. Exits with 77
# (skipped) where Xvfb or xdotool is missing.
# shellcheck source-path=SCRIPTDIR source=display.sh
source "$(dirname "$(realpath "$0")")/display.sh"
running() { ! ended; }
exists() { compgen -G "$1" >/dev/null; }

# A display that does not answer is an error at once, not a window that nobody sees.
message=$(DISPLAY=:32123 timeout 60 "$program" watch random --env Catch-v0 2>&1)
[ $? = 1 ] || fail "watch without a display ended with $?: $message"
[[ $message == *"DISPLAY is ':32123'"*--record* && $message != *$'\n'* ]] || fail "watch without a display said: $message"

# A game without "do nothing" waits for a key, and three keys are three steps.
open play CartPole-v1 --frames 3
sleep 1
running || fail "play went on without a key"
press Left Right Left Right
within 10 ended || fail "play took no keys"
wait $pid || fail "play ended with $?"

# An arrow takes over from the player: at any speed the game now waits for us.
open watch random --env CartPole-v1 --frames 2000
press Left plus plus plus plus plus
sleep 2
running || fail "an arrow key did not take over"
press s
within 10 exists 'CartPole-v1-*.png' || fail "S wrote no picture"
press c Left c
within 20 exists 'CartPole-v1-*.[mg][pi][4f]' || fail "C wrote no clip"
press p Tab
sleep 1
running || fail "P did not pause"
press p
within 20 ended || fail "Tab did not hand back"
wait $pid || fail "watch ended with $?"

# Esc quits.
open watch random --env Catch-v0
press Escape
within 10 ended || fail "Esc did not quit"
wait $pid || fail "watch ended with $?"
echo passed
