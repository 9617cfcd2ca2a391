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

VERSION = 1  # raise it when faces look different: cached pictures are then drawn again

SKIN = (255, 226, 200), (226, 164, 118), (138, 88, 60)  # light, middle, dark

# The palette "named": five colours each. Of hair there are two, of the head and of moustache and eyebrows.
HAIR = {
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

# The palette "continuous": each colour lies on a line from 0 to 1, which is nearly straight. So whatever a
# network mixes of two of its colours is a colour of the palette too.
HAIR_LINE = (36, 30, 40), (138, 88, 44), (248, 210, 92)  # black, brown, blonde
FACIAL_HAIR_LINE = (26, 20, 28), (100, 58, 22), (212, 148, 28)
BACKGROUND_LINE = (122, 190, 240), (178, 158, 232), (244, 156, 172)  # sky, lilac, rose
SHIRT_LINE = (42, 92, 196), (126, 64, 150), (206, 48, 54)  # blue, purple, red

FRAME = (28, 26, 40)  # of glasses
LIP = (222, 42, 66)
MOUTH = (92, 16, 28)
WHITE = (255, 255, 255)
INK = (44, 30, 32)  # of lashes and irises
HAIRLINE = 0.985  # just under the skin, so that no background shows between hair and head
# Their numbers are fixed; only their places are drawn at random.
FRECKLES = 14
LARGE_FRECKLES = 6  # how many of them are left at detail 1, where they are larger
STRANDS = 18
DOTS = 16  # of the shirt, at detail 1

# The lower edge of the hair, (longitude, latitude) in degrees: the fringe over the forehead ...
FRINGE = {
    "swept back": [(-58, 22), (-44, 44), (-22, 52), (0, 54), (22, 52), (44, 44), (58, 22)],
    "straight": [(-58, 20), (-50, 26), (-25, 27), (0, 27), (25, 27), (50, 26), (58, 20)],
    "parted": [(-58, 24), (-46, 38), (-30, 52), (-16, 48), (8, 38), (34, 29), (58, 16)],
    "curtain": [(-60, 8), (-46, 24), (-24, 42), (0, 58), (24, 42), (46, 24), (60, 8)],
    "curls": [(-58, 24), (-46, 31), (-24, 36), (0, 37), (24, 36), (46, 31), (58, 24)],
}
# ... and from there down the right side, by length.
SIDES = {
    "short": [(64, 6), (68, -12), (76, -10), (80, 2), (90, 10), (102, 6), (110, -10), (118, -26), (130, -32)],
    "long": [(61, 0), (60, -22), (62, -44), (66, -62), (90, -64), (130, -64)],
}


@functools.cache
def hair_edge(fringe, length):
    """The lower edge of the hair, (n, 3), from the nape on the left to the nape on the right."""
    side = np.array(SIDES[length])
    points = np.concatenate([side[::-1] * (-1, 1), FRINGE[fringe], side])
    line = curve(points, closed=False)  # (n, 2)
    if fringe == "curls":
        front = np.abs(line[:, 0]) < 60
        line[front, 1] -= 9 * np.abs(np.sin(np.radians(line[front, 0] * 4.5)))
    return on_globe(line[:, 0], line[:, 1], HAIRLINE)


@functools.cache
def hair_top(fringe, length):
    """The upper outline of the hair on the disc of the turned head.

    Returns:
        the angle (n,), from the right nape over the top to the left one, and the height of the hair over the
        skin (n,).
    """
    end = 32 if length == "short" else 64
    angle = np.radians(np.linspace(-end, 180 + end, 64))
    up = np.sin(angle)  # 1 at the top of the head, 0 at the ears

    # Short hair ends above the nape, long hair is as thick down to the shoulders; curls are waves on top.
    if length == "short":
        height = 0.15 * np.clip(up + 0.53, 0, 1) ** 0.7
    else:
        height = 0.13 * np.clip((up + 0.9) / 0.6, 0, 1) ** 0.7 + 0.03 * np.maximum(up, 0)
    if fringe == "curls":
        height = height + 0.08 * np.abs(np.sin(6.5 * angle)) * np.clip(up + 0.53, 0, 1)
    return angle, height


# The parts of the unturned head, as points (n, 3) or on its front (n, 2).
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

# What there is twice: given on the right, mirrored to the left.
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
SHAPES = {
    **{name: np.stack([shape, shape * (-1, 1, 1)]) for name, shape in PAIRS.items()},
    "gleam": np.stack([on_face(ellipse(x, -0.105, 0.03, 0.035)) for x in (-0.33, 0.39)]),
    "bridge": on_face([(-0.1, -0.15), (0.1, -0.15), (0.1, -0.03), (-0.1, -0.03)], lift=1.08),
    "nose": NOSE,
    "nostrils": NOSE[24:42],
    "moustache": on_face(curve(MOUSTACHE), lift=1.02),
}

# What does not turn: the disc of the head, and points (n, 2) of the picture.
SPOT = ellipse(0, 0, 1, 1, count=8)
SKULL = ellipse(0, 0, 1, 1, count=96).T  # (2, 96)
BACK_HAIR = curve(
    both_sides([(0, -0.82), (0.42, -0.74), (0.66, -0.4), (0.72, 0.1), (0.76, 0.5), (0.78, 0.82), (0.7, 1.1)])
)
HANGS = np.clip(
    (BACK_HAIR[:, 1:] + 0.2) / 1.2, 0, 1
)  # (n, 1): 0 where it tilts with the head, 1 where it hangs
NECK = curve(both_sides([(0.24, 0.3), (0.23, 0.66), (0.3, 0.84), (0.2, 0.96), (0, 1.0)]))
SHOULDERS = [(0, 0.84), (0.26, 0.76), (0.48, 0.8), (0.78, 0.88), (0.98, 1.1), (1.05, 1.4)]
BODY = curve(both_sides(SHOULDERS))
BODY_TOP = np.transpose(SHOULDERS)  # x from the middle outwards, and y there
DOT = 0.055  # radius of a dot of the shirt: at 32x32 it is 1.8 pixels wide
COLLAR = both_sides([(0.3, 0.72), (0.36, 0.84), (0.12, 1.06), (0, 0.98)])


def mouth(smile):
    """The parts of the mouth, by name, each (38, 3).

    Its corners are up and it is open for a smile of 1, closed at 0, and its corners are down for -1.
    """
    # From the left corner (t = -1) to the right (t = 1). The lips are thinner at the corners.
    t = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 19))
    rounded = (1 - t * t) ** 0.35
    x = (0.43 + 0.05 * smile) * t
    inner = 0.9 * x

    # Where the lips meet, how far apart they are, and their outer edges.
    middle = 0.6 - smile * (0.18 - 0.03 * smile) * (t * t - 0.22 - 0.07 * smile)
    opening = 0.21 * max(smile, 0) ** 1.5 * (1 - t * t) ** 0.7
    upper = middle - 0.085 * rounded
    lower = middle + opening + 0.09 * rounded

    return {
        "lips": _between(x, upper, lower),
        "mouth": _between(inner, middle, middle + opening),
        "teeth": _between(inner, middle, middle + 0.55 * opening),
        "line": _between(inner, middle - 0.012 * rounded, middle + 0.012 * rounded),
    }


def _between(x, top, bottom):
    """The area on the face between two lines over the same x (n,): its outline (2n, 3)."""
    across = np.concatenate([x, x[::-1]])
    down = np.concatenate([top, bottom[::-1]])
    return on_face(np.stack([across, down], axis=1))


def freckles(rng, detail):
    """Spots on both cheeks, (n, 8, 3): small ones, or at detail 1 fewer and larger ones."""
    x, y, radius = rng.uniform((-1, 0.12, 0.016), (1, 0.36, 0.028), (FRECKLES, 3)).T
    away_from_nose = np.copysign(0.17 + 0.5 * np.abs(x), x)
    places = np.stack([away_from_nose, y], axis=1)  # (FRECKLES, 2)
    radius = radius * (1 + 1.7 * detail)
    count = round(FRECKLES + (LARGE_FRECKLES - FRECKLES) * detail)
    return on_face(SPOT * radius[:count, None, None] + places[:count, None])


def dots(rng):
    """Spots on the shirt that fall by chance, as points of the picture (DOTS, 8, 2)."""
    x, share = rng.uniform((-0.9, 0), (0.9, 1), (DOTS, 2)).T
    top = np.interp(np.abs(x), *BODY_TOP) + DOT  # of the shirt
    y = top + share * np.maximum(1 - top, 0)
    places = np.stack([x, y], axis=1)  # (DOTS, 2)
    return DOT * SPOT + places[:, None]


def strands(edge, rng, detail):
    """Single hairs from the crown towards the edge of the hair; at detail 1 they are locks.

    Args:
        edge: of the hair, as ``hair_edge`` gives it.

    Returns:
        outlines (STRANDS, 12, 3), and tones (STRANDS,) from -1 (dark) to 1 (light).
    """
    # Each begins high on the head and ends a gap above the edge.
    longitude, high, gap, tone = rng.uniform((-110, 66, 6, -1), (110, 84, 18, 1), (STRANDS, 4)).T
    edge_longitude = np.degrees(np.arctan2(edge[:, 0], edge[:, 2]))
    edge_latitude = np.degrees(-np.arcsin(edge[:, 1] / HAIRLINE))
    low = np.interp(longitude, edge_longitude, np.maximum(edge_latitude, -45)) + gap

    # Its outline goes up at one side and down at the other, and is widest in the middle.
    there = np.linspace(0, 1, 7)
    along = np.concatenate([there, there[-2:0:-1]])[:, None]  # (12, 1)
    side = np.repeat((1, -1), (6, 6))[:, None]
    width = (2.4 + 3.6 * detail) * side * np.sqrt(np.sin(np.pi * along))
    return on_globe(longitude + width, low + (high - low) * along, lift=1.08), tone


def draw_face(face: dict, resolution: int, rng: np.random.Generator, detail: float = 0.0) -> np.ndarray:
    """One face, uint8 (resolution, resolution, 3).

    Args:
        face: the factors by name; a colour is a name, or a number from 0 to 1 (``colours_of``).
        rng: draws freckles and strands of hair.
        detail: from 0 to 1, how much of the picture they are, and the dots of the shirt.
    """
    # The colours.
    skin = along(SKIN, face["skin"])
    hair, facial_hair, shirt, background = colours_of(face)

    # Where everything is on the turned head.
    length = face["hair_length"]
    fringe = face["fringe"]
    head = Head(face["yaw"], face["pitch"], face["roll"])
    edge = hair_edge(fringe, length)
    lines, tones = strands(edge, rng, detail)
    moving = mouth(face["smile"]) | {"freckles": freckles(rng, detail), "strands": lines, "hair": edge}
    at = head.project(SHAPES | moving)

    # Behind the head. The upper part of long hair goes with the head, the lower part hangs.
    canvas = Canvas(resolution, tint(background, WHITE, 0.2), dark(background, 0.12))
    if length == "long":
        back = BACK_HAIR - (0.1 * head.side, 0)
        canvas.fill(back * HANGS + head.tilt(back) * (1 - HANGS), tint(hair, facial_hair, 0.6))
    canvas.fill(BODY, shirt)
    if detail:
        canvas.fill_all(dots(rng), tint(shirt, WHITE, 0.7 * detail))
    canvas.fill(COLLAR, dark(shirt, 0.3))
    canvas.fill(NECK, dark(skin, 0.16))

    # The face.
    canvas.fill(head.place(*SKULL), skin)
    canvas.fill_all(at["blush"], tint(skin, LIP, 0.14))
    canvas.fill_all(at["freckles"], dark(tint(skin, (150, 60, 20), 0.35), 0.12 + 0.1 * detail))
    canvas.fill(at["nose"], dark(skin, 0.14))
    canvas.fill(at["nostrils"], dark(skin, 0.32))
    paint_mouth(canvas, at, face["smile"])
    if face["moustache"] == "yes":
        canvas.fill(at["moustache"], facial_hair)

    # In front of it: hair, ears, glasses. The eyes come last, as they would not be seen behind the lenses.
    paint_hair(canvas, head, at, tones * (1 + 0.5 * detail), (hair, facial_hair), fringe, length)
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


def colours_of(face: dict):
    """The colours of a face: hair of the head, facial hair, shirt, background.

    Names are those of the palette "named", numbers are places on the lines of the palette "continuous".
    """
    if isinstance(face["hair_colour"], str):
        return *HAIR[face["hair_colour"]], SHIRT[face["shirt"]], BACKGROUND[face["background"]]
    return (
        along(HAIR_LINE, face["hair_colour"]),
        along(FACIAL_HAIR_LINE, face["hair_colour"]),
        along(SHIRT_LINE, face["shirt"]),
        along(BACKGROUND_LINE, face["background"]),
    )


def along(line, share):
    """The colour at a share, 0 to 1, of the way along a line of three colours."""
    start, middle, end = line
    if share < 0.5:
        return tint(start, middle, 2 * share)
    return tint(middle, end, 2 * share - 1)


def paint_mouth(canvas, at, smile):
    """Lips, and for a smile the open mouth with teeth."""
    canvas.fill(at["lips"], LIP)
    if smile > 0:
        canvas.fill(at["mouth"], MOUTH)
        canvas.fill(at["teeth"], WHITE)
    # The line covers teeth that are thinner than a dot, so that a smile begins without a jump.
    canvas.fill(at["line"], dark(LIP, 0.45))


def paint_hair(canvas, head, at, tones, colours, fringe, length):
    """The hair of the head in its main colour, and single hairs that are lighter or darker."""
    angle, height = hair_top(fringe, length)
    x = np.cos(angle)
    y = -np.sin(angle)

    # At the side that the head turns to, short hair at the ear is behind the cheek.
    if length == "short":
        away = np.clip(1.6 * head.side * np.sign(x), 0, 1) * np.clip(2 * y + 1, 0, 1)
        height = height * (1 - away)

    main, darker = colours
    top = head.place((1 + height) * x, (1 + height) * y)
    canvas.fill(np.concatenate([at["hair"], top]), main)
    for strand, tone in zip(at["strands"], tones, strict=True):
        if tone > 0:
            colour = tint(main, WHITE, 0.26 * tone)
        else:
            colour = tint(main, darker, -0.75 * tone)
        canvas.fill(strand, colour)


def paint_glasses(canvas, at, skin, length):
    """The frame and its lenses."""
    if length == "short":  # long hair covers the arms
        canvas.fill_all(at["arm"], FRAME)
    canvas.fill(at["bridge"], FRAME)
    for frame, lens in zip(at["frame"], at["lens"], strict=True):
        canvas.fill(frame, FRAME)
        canvas.fill(lens, tint(skin, WHITE, 0.35))
