#!/usr/bin/env python3
"""Writes resize.txt: small pictures as OpenCV makes them from pairs of 160×210 frames.

Each case lists the rectangles of two frames, painted in order, and the picture: the maximum of the
frames, cvtColor to grey unless RGB, resize with INTER_AREA. RGB pictures are three planes.

    pip install numpy opencv-python-headless==5.0.0.93 && tests/golden/make_resize.py
"""
import pathlib

import cv2
import numpy as np

WIDTH, HEIGHT = 160, 210


def paint(rects, palette):
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for x, y, width, height, colour in rects:
        frame[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)] = palette[colour]
    return frame


def picture(older, newer, size, channels):
    frame = np.maximum(older, newer)
    if channels == 1:
        frame = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(frame, (size, size), interpolation=cv2.INTER_AREA)
    return small.reshape(1, size, size) if channels == 1 else small.transpose(2, 0, 1)


def pong(ball_x, ball_y, player_y):
    """Pong's screen between the scores: walls, bats, ball."""
    return [
        (0, 0, 160, 210, 0),
        (0, 24, 160, 10, 1),
        (0, 194, 160, 16, 1),
        (16, 90, 4, 16, 2),
        (140, player_y, 4, 16, 3),
        (ball_x, ball_y, 2, 4, 1),
    ]


def scatter(rng):
    corners = rng.integers([-8, -8], [WIDTH, HEIGHT], (40, 2))
    sizes = rng.integers(1, 24, (40, 2))
    colours = rng.integers(0, 16, (40, 1))
    return [(0, 0, 160, 210, 4)] + np.hstack([corners, sizes, colours]).tolist()


def main():
    rng = np.random.default_rng(3)
    pong_palette = np.array([[144, 72, 17], [236, 236, 236], [213, 130, 74], [92, 186, 92]])
    random_palette = rng.integers(0, 256, (16, 3))
    cases = [
        ("pong, the ball and a bat moving", 84, 1, pong_palette, pong(77, 101, 120), pong(80, 103, 125)),
        ("scattered rectangles", 84, 1, random_palette, scatter(rng), scatter(rng)),
        ("scattered rectangles", 42, 1, random_palette, scatter(rng), scatter(rng)),
        ("scattered rectangles", 42, 3, random_palette, scatter(rng), scatter(rng)),
    ]
    with open(pathlib.Path(__file__).with_name("resize.txt"), "w") as out:
        for name, size, channels, palette, older, newer in cases:
            print("case", size, channels, name, file=out)
            for colour in palette:
                print("colour", *colour, file=out)
            for tag, rects in (("older", older), ("newer", newer)):
                for rect in rects:
                    print(tag, *rect, file=out)
            for row in picture(paint(older, palette), paint(newer, palette), size, channels).reshape(-1, size):
                print("row", row.tobytes().hex(), file=out)


if __name__ == "__main__":
    main()
