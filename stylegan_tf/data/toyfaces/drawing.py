"""The parts of a toy face, from the background to the glasses, in the order in which they are painted."""

from __future__ import annotations

import functools

import numpy as np

from stylegan_tf.data.toyfaces.geometry import (
    Canvas,
    Head,
    both_sides,
    curve,
    dark,
    ellipse,
    on_face,
    on_globe,
    tint,
)

VERSION = 1  # raise it when faces look different: cached pictures are then drawn anew

SKIN = (255, 226, 200), (226, 164, 118), (138, 88, 60)  # light, middle, dark
HAIR = {  # of the head; of moustache and eyebrows
    "black": ((36, 30, 40), (26, 20, 28)),
    "brown": ((94, 48, 18), (60, 28, 10)),
    "red": ((212, 82, 26), (196, 52, 4)),
    "blonde": ((248, 210, 92), (212, 148, 28)),
    "grey": ((198, 200, 210), (142, 144, 158)),
}
BACKGROUND = {
    "sky": (122, 190, 240),
    "mint": (132, 208, 164),
    "rose": (244, 156, 172),
    "lilac": (178, 158, 232),
    "slate": (92, 108, 134),
}
SHIRT = {
    "blue": (42, 92, 196),
    "red": (206, 48, 54),
    "green": (36, 142, 88),
    "yellow": (248, 196, 44),
    "white": (244, 244, 244),
}

FRAME, LIP, MOUTH, WHITE, INK = (28, 26, 40), (222, 42, 66), (92, 16, 28), (255, 255, 255), (44, 30, 32)
HAIRLINE = 0.985  # just under the skin, so that no background shows between hair and head
FRECKLES, STRANDS = 14, 18  # always as many: only their places are drawn by lot

# The lower edge of the hair, (longitude, latitude) in degrees: over the forehead by fringe, then down the
# sides by length.
FRINGE = {
    "swept back": [(-58, 22), (-44, 44), (-22, 52), (0, 54), (22, 52), (44, 44), (58, 22)],
    "straight": [(-58, 20), (-50, 26), (-25, 27), (0, 27), (25, 27), (50, 26), (58, 20)],
    "parted": [(-58, 24), (-46, 38), (-30, 52), (-16, 48), (8, 38), (34, 29), (58, 16)],
    "curtain": [(-60, 8), (-46, 24), (-24, 42), (0, 58), (24, 42), (46, 24), (60, 8)],
    "curls": [(-58, 24), (-46, 31), (-24, 36), (0, 37), (24, 36), (46, 31), (58, 24)],
}
SIDES = {
    "short": [(64, 6), (68, -12), (76, -10), (80, 2), (90, 10), (102, 6), (110, -10), (118, -26), (130, -32)],
    "long": [(61, 0), (60, -22), (62, -44), (66, -62), (90, -64), (130, -64)],
}


@functools.cache
def hair_edge(fringe, length):
    """(n, 3) from the nape at the left to the nape at the right."""
    side = np.array(SIDES[length])
    line = curve(np.concatenate([side[::-1] * (-1, 1), FRINGE[fringe], side]), closed=False)
    if fringe == "curls":
        front = np.abs(line[:, 0]) < 60
        line[front, 1] -= 9 * np.abs(np.sin(np.radians(line[front, 0] * 4.5)))
    return on_globe(line[:, 0], line[:, 1], HAIRLINE)


@functools.cache
def hair_top(fringe, length):
    """The outline of the hair on the disc of the turned head, from the right nape over the top to the left
    one.

    Returns the angle (n,), and the height of the hair over the skin (n,).
    """
    end = 32 if length == "short" else 64
    angle = np.radians(np.linspace(-end, 180 + end, 64))
    up = np.sin(angle)
    if length == "short":
        height = 0.15 * np.clip(up + 0.53, 0, 1) ** 0.7
    else:
        height = 0.13 * np.clip((up + 0.9) / 0.6, 0, 1) ** 0.7 + 0.03 * np.maximum(up, 0)
    if fringe == "curls":
        height = height + 0.08 * np.abs(np.sin(6.5 * angle)) * np.clip(up + 0.53, 0, 1)
    return angle, height


EAR = curve(
    [
        (0.9, -0.16, 0.12),
        (1.02, -0.22, -0.05),
        (1.13, -0.12, -0.2),
        (1.12, 0.06, -0.2),
        (1.02, 0.2, -0.08),
        (0.92, 0.2, 0.1),
    ]
)
NOSE = curve(
    [(-0.05, -0.02, 1.02), (0.05, -0.02, 1.02), (0.09, 0.1, 1.1), (0.15, 0.18, 1.0), (0.08, 0.25, 1.05)]
    + [(0, 0.26, 1.12), (-0.08, 0.25, 1.05), (-0.15, 0.18, 1.0), (-0.09, 0.1, 1.1)]
)
MOUSTACHE = both_sides(
    [
        (0, 0.265),
        (0.14, 0.25),
        (0.28, 0.285),
        (0.42, 0.4),
        (0.4, 0.435),
        (0.29, 0.44),
        (0.15, 0.435),
        (0.05, 0.425),
        (0, 0.405),
    ]
)
PAIRS = {
    "eye": on_face(ellipse(0.36, -0.07, 0.155, 0.135)),
    "iris": on_face(ellipse(0.36, -0.07, 0.085, 0.1)),
    "lashes": on_face(ellipse(0.36, -0.095, 0.178, 0.148)),
    "brow": on_face(
        curve([(0.19, -0.36), (0.36, -0.43), (0.55, -0.36), (0.54, -0.31), (0.36, -0.355), (0.2, -0.29)])
    ),
    "blush": on_face(ellipse(0.55, 0.24, 0.16, 0.12)),
    "frame": on_face(ellipse(0.385, -0.06, 0.325, 0.29, power=0.8, count=48), lift=1.06),
    "lens": on_face(ellipse(0.385, -0.06, 0.215, 0.19, power=0.8), lift=1.06),
    "arm": on_globe(
        [36, 60, 84, 88, 84, 60, 36], [11, 9, 7, 4, -1, 2, 2], lift=[1.06, 1.04, 1, 1, 1, 1.04, 1.06]
    ),
    "ear": EAR,
    "inside of the ear": 0.5 * EAR + (0.52, -0.01, 0.005),
}
SHAPES = {name: np.stack([shape, shape * (-1, 1, 1)]) for name, shape in PAIRS.items()} | {
    "gleam": np.stack([on_face(ellipse(x, -0.105, 0.03, 0.035)) for x in (-0.33, 0.39)]),
    "bridge": on_face([(-0.1, -0.15), (0.1, -0.15), (0.1, -0.03), (-0.1, -0.03)], lift=1.08),
    "nose": NOSE,
    "nostrils": NOSE[24:42],
    "moustache": on_face(curve(MOUSTACHE), lift=1.02),
}
SPOT = ellipse(0, 0, 1, 1, count=8)
SKULL = ellipse(0, 0, 1, 1, count=96).T
BACK_HAIR = curve(
    both_sides([(0, -0.82), (0.42, -0.74), (0.66, -0.4), (0.72, 0.1), (0.76, 0.5), (0.78, 0.82), (0.7, 1.1)])
)
HANGS = np.clip((BACK_HAIR[:, 1:] + 0.2) / 1.2, 0, 1)
NECK = curve(both_sides([(0.24, 0.3), (0.23, 0.66), (0.3, 0.84), (0.2, 0.96), (0, 1.0)]))
BODY = curve(both_sides([(0, 0.84), (0.26, 0.76), (0.48, 0.8), (0.78, 0.88), (0.98, 1.1), (1.05, 1.4)]))
COLLAR = both_sides([(0.3, 0.72), (0.36, 0.84), (0.12, 1.06), (0, 0.98)])


def mouth(smile):
    """Corners up and open for 1, closed at 0, corners down for -1; the lips are thinner at the corners."""
    t = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 19))
    rounded = (1 - t * t) ** 0.35
    x, middle = (0.43 + 0.05 * smile) * t, 0.6 - smile * (0.18 - 0.03 * smile) * (t * t - 0.22 - 0.07 * smile)
    opening = 0.21 * max(smile, 0) ** 1.5 * (1 - t * t) ** 0.7
    upper, lower = middle - 0.085 * rounded, middle + opening + 0.09 * rounded
    inner = 0.9 * x

    def between(x, top, bottom):
        return on_face(np.stack([np.concatenate([x, x[::-1]]), np.concatenate([top, bottom[::-1]])], axis=1))

    return {
        "lips": between(x, upper, lower),
        "mouth": between(inner, middle, middle + opening),
        "teeth": between(inner, middle, middle + 0.55 * opening),
        "line": between(inner, middle - 0.012 * rounded, middle + 0.012 * rounded),
    }


def freckles(rng):
    """Small spots on both cheeks, (FRECKLES, 8, 3)."""
    x, y, radius = rng.uniform((-1, 0.12, 0.016), (1, 0.36, 0.028), (FRECKLES, 3)).T
    places = np.stack([np.copysign(0.17 + 0.5 * np.abs(x), x), y], axis=1)
    return on_face(SPOT * radius[:, None, None] + places[:, None])


def strands(edge, rng):
    """Single hairs from the crown towards the edge of the hair, (STRANDS, 12, 3), and their tones from -1
    (dark) to 1 (light).
    """
    longitude, high, gap, tone = rng.uniform((-110, 66, 6, -1), (110, 84, 18, 1), (STRANDS, 4)).T
    across, up = np.degrees(np.arctan2(edge[:, 0], edge[:, 2])), np.degrees(-np.arcsin(edge[:, 1] / HAIRLINE))
    low = np.interp(longitude, across, np.maximum(up, -45)) + gap
    along = np.linspace(0, 1, 7)
    along, width = np.concatenate([along, along[-2:0:-1]])[:, None], np.repeat((1, -1), (6, 6))[:, None]
    width = 2.4 * width * np.sqrt(np.sin(np.pi * along))
    return on_globe(longitude + width, low + (high - low) * along, lift=1.08), tone


def draw_face(face: dict, resolution: int, rng: np.random.Generator) -> np.ndarray:
    """One face, uint8 (resolution, resolution, 3): ``face`` has the factors by name, ``rng`` draws freckles
    and strands.
    """
    skin = (
        tint(SKIN[0], SKIN[1], 2 * face["skin"])
        if face["skin"] < 0.5
        else tint(SKIN[1], SKIN[2], 2 * face["skin"] - 1)
    )
    (hair, facial_hair), shirt = HAIR[face["hair_colour"]], SHIRT[face["shirt"]]
    background, length, fringe = BACKGROUND[face["background"]], face["hair_length"], face["fringe"]
    head, edge = Head(face["yaw"], face["pitch"], face["roll"]), hair_edge(fringe, length)
    lines, tones = strands(edge, rng)
    moving = mouth(face["smile"]) | {"freckles": freckles(rng), "strands": lines, "hair": edge}
    at = head.project(SHAPES | moving)
    canvas = Canvas(resolution, tint(background, WHITE, 0.2), dark(background, 0.12))

    if length == "long":  # its upper part goes with the head, its lower part hangs
        back = BACK_HAIR - (0.1 * head.side, 0)
        canvas.fill(back * HANGS + head.tilt(back) * (1 - HANGS), tint(hair, facial_hair, 0.6))
    canvas.fill(BODY, shirt)
    canvas.fill(COLLAR, dark(shirt, 0.3))
    canvas.fill(NECK, dark(skin, 0.16))
    canvas.fill(head.place(*SKULL), skin)
    canvas.fill_all(at["blush"], tint(skin, LIP, 0.14))
    canvas.fill_all(at["freckles"], dark(tint(skin, (150, 60, 20), 0.35), 0.12))
    canvas.fill(at["nose"], dark(skin, 0.14))
    canvas.fill(at["nostrils"], dark(skin, 0.32))
    paint_mouth(canvas, at, face["smile"])
    if face["moustache"] == "yes":
        canvas.fill(at["moustache"], facial_hair)
    paint_hair(canvas, head, at, tones, (hair, facial_hair), fringe, length)
    if length == "short":
        canvas.fill_all(at["ear"], dark(skin, 0.08))
        canvas.fill_all(at["inside of the ear"], dark(skin, 0.25))
    if face["glasses"] == "yes":
        paint_glasses(canvas, at, skin, length)
    canvas.fill_all(at["brow"], facial_hair)
    canvas.fill_all(at["lashes"], INK)
    canvas.fill_all(at["eye"], WHITE)
    canvas.fill_all(at["iris"], INK)
    canvas.fill_all(at["gleam"], WHITE)
    return canvas.done()


def paint_mouth(canvas, at, smile):
    canvas.fill(at["lips"], LIP)
    if smile > 0:
        canvas.fill(at["mouth"], MOUTH)
        canvas.fill(at["teeth"], WHITE)
    canvas.fill(
        at["line"], dark(LIP, 0.45)
    )  # it also covers teeth that are thinner than a dot: smiles start without a jump


def paint_hair(canvas, head, at, tones, colours, fringe, length):
    angle, height = hair_top(fringe, length)
    x, y = np.cos(angle), -np.sin(angle)
    if length == "short":  # at the side that the head turns to, the hair at the ear is behind the cheek
        away = np.clip(1.6 * head.side * np.sign(x), 0, 1) * np.clip(2 * y + 1, 0, 1)
        height = height * (1 - away)
    main, darker = colours
    canvas.fill(np.concatenate([at["hair"], head.place((1 + height) * x, (1 + height) * y)]), main)
    for strand, tone in zip(at["strands"], tones, strict=True):
        canvas.fill(strand, tint(main, WHITE, 0.26 * tone) if tone > 0 else tint(main, darker, -0.75 * tone))


def paint_glasses(canvas, at, skin, length):
    if length == "short":  # long hair covers the arms
        canvas.fill_all(at["arm"], FRAME)
    canvas.fill(at["bridge"], FRAME)
    for frame, lens in zip(at["frame"], at["lens"], strict=True):
        canvas.fill(frame, FRAME)
        canvas.fill(lens, tint(skin, WHITE, 0.35))
