"""What toy faces differ in, and how their factors are drawn at random, with two dials (lesson 03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from stylegan_tf.data.toyfaces import drawing


@dataclass(frozen=True)
class Factor:
    """One thing that differs between faces: a column of the factor array.

    Attributes:
        name, meaning: for people.
        kind: ``continuous``, ``binary`` or ``categorical``; each is drawn evenly over its range.
        low, high: the range, in ``unit``.
        values: what the whole numbers 0, 1, ... mean; empty if continuous.
    """

    name: str
    kind: str
    low: float
    high: float
    unit: str
    values: tuple[str, ...]
    meaning: str


def _continuous(name, low, high, unit, meaning):
    return Factor(name, "continuous", low, high, unit, (), meaning)


def _choice(name, values, meaning):
    kind = "binary" if len(values) == 2 else "categorical"
    return Factor(name, kind, 0, len(values) - 1, "", tuple(values), meaning)


_ALWAYS = (
    _continuous("yaw", -40, 40, "degrees", "The head turns, to the right of the picture if positive."),
    _continuous("pitch", -15, 15, "degrees", "The head nods, up if positive."),
    _continuous("roll", -15, 15, "degrees", "The head tilts, clockwise if positive."),
    _continuous("skin", 0, 1, "", "Colour of the skin, from light to dark."),
    _choice(
        "hair_length",
        drawing.SIDES,
        "Short hair leaves the ears free; long hair covers them and the shoulders' sides.",
    ),
    _choice("fringe", drawing.FRINGE, "How the hair ends over the forehead."),
    _choice("glasses", ("no", "yes"), "Thick dark frames."),
    _choice("moustache", ("no", "yes"), "In the hair's darker shade."),
    _continuous("smile", -1, 1, "", "From a frown over a closed mouth at 0 to an open laugh."),
)
_NAMED_COLOURS = (
    _choice(
        "hair_colour",
        drawing.HAIR,
        "Colour of hair, eyebrows and moustache: names without an order, so no scale.",
    ),
    _choice("background", drawing.BACKGROUND, "Colour behind the head."),
    _choice("shirt", drawing.SHIRT, "Colour of the shirt."),
)
_CONTINUOUS_COLOURS = (
    _continuous("hair_colour", 0, 1, "", "Colour of hair, eyebrows and moustache, from black to blonde."),
    _continuous("background", 0, 1, "", "Colour behind the head, from sky blue over lilac to rose."),
    _continuous("shirt", 0, 1, "", "Colour of the shirt, from blue over purple to red."),
)
NAMES = (
    "yaw", "pitch", "roll", "skin", "hair_colour", "hair_length", "fringe", "glasses", "moustache", "smile",
    "background", "shirt",
)  # fmt: skip


def _in_order(factors) -> tuple[Factor, ...]:
    return tuple(sorted(factors, key=lambda factor: NAMES.index(factor.name)))


PALETTES = {
    "named": _in_order(_ALWAYS + _NAMED_COLOURS),
    "continuous": _in_order(_ALWAYS + _CONTINUOUS_COLOURS),
}
"""The factors by palette, in the order of NAMES. They differ in the three colours: choices, or numbers."""

PALETTE = "named"  # where none is given
FACTORS = PALETTES[PALETTE]
PAIR = ("glasses", "moustache")  # the two that may go together
COMBINATION = {"moustache": "yes", "hair_length": "long"}  # those that may not be seen together
REACH = np.sqrt(0.75)  # the largest correlation of an even binary and an even continuous factor


def factors_of(palette: str) -> tuple[Factor, ...]:
    """The factors of a palette, "named" or "continuous".

    Raises:
        ValueError: if there is no such palette.
    """
    if palette not in PALETTES:
        raise ValueError(f"there is no palette {palette!r}; choose from {', '.join(PALETTES)}")
    return PALETTES[palette]


def factor_table(palette: str = PALETTE) -> str:
    """The factors of a palette as a Markdown table: name, kind, range or values, meaning."""
    rows = ["| factor | kind | range | meaning |", "|---|---|---|---|"]
    for f in factors_of(palette):
        span = ", ".join(f.values) if f.values else f"{f.low:g} to {f.high:g} {f.unit}".strip()
        rows.append(f"| {f.name} | {f.kind} | {span} | {f.meaning} |")
    return "\n".join(rows)


def sample_factors(
    count: int,
    seed: int = 0,
    rho: float = 0.0,
    pair: tuple[str, str] = PAIR,
    hole: float = 0.0,
    combination: Mapping[str, float | str | tuple[float, float]] = COMBINATION,
    palette: str = PALETTE,
) -> np.ndarray:
    """Factors of faces, drawn at random: evenly and independently, but for two dials.

    Args:
        count: how many faces.
        rho: expectation of Pearson's r of the ``pair``, from -1 to 1. Each factor stays evenly spread. A
            binary with a continuous factor reaches 0.866 at most.
        pair: names of two factors, neither of them categorical.
        hole: share, 0 to 1, of the faces with the ``combination`` that are removed. Others are drawn instead.
        combination: factor -> value (number or name), or (low, high) of a continuous factor.
        palette: "named" has five names for each colour, which are choices. In "continuous" a colour is a
            number from 0 to 1, and all that lies between two colours is a colour too.

    Returns:
        float32 (count, 12), columns in the order of FACTORS.

    Raises:
        ValueError: for an unknown factor, value or palette, a categorical pair, rho or hole out of range,
            nothing left outside the hole.
    """
    # Can it be done?
    table = factors_of(palette)
    if count < 1:
        raise ValueError(f"count is {count}; ask for 1 face or more")
    if not 0 <= hole <= 1:
        raise ValueError(f"hole is {hole}; it is a share from 0 to 1")
    columns = [_column(name) for name in pair]
    correlation = _copula(rho, pair, table)
    bounds = _bounds(combination, table)
    covers_all = all((table[i].low, table[i].high) == limits for i, limits in bounds.items())
    if hole == 1 and covers_all:
        raise ValueError(
            f"the combination {dict(combination)} leaves no face outside; "
            "choose a smaller one, or hole below 1"
        )

    rng = np.random.default_rng(seed)
    parts = []
    found = 0
    while found < count:
        # Even and independent numbers; those of the pair come from two correlated normal ones, by a Gaussian
        # copula: their distribution function makes them even again, and leaves them correlated.
        uniform = rng.random((count, len(table)))
        first, other = rng.standard_normal((2, count))
        second = correlation * first + np.sqrt(1 - correlation**2) * other
        normal = np.stack([first, second], axis=1)  # (count, 2)
        uniform[:, columns] = 0.5 + 0.5 * tf.math.erf(normal / np.sqrt(2)).numpy()

        # From [0, 1] to the range of each factor.
        spread = [_spread(factor, values) for factor, values in zip(table, uniform.T, strict=True)]
        factors = np.stack(spread, axis=1).astype("float32")  # (count, 12)

        # The hole: the share of those that have the combination is removed.
        is_inside = np.ones(count, bool)
        for i, (low, high) in bounds.items():
            is_inside &= (low <= factors[:, i]) & (factors[:, i] <= high)
        is_removed = is_inside & (rng.random(count) < hole)
        kept = factors[~is_removed]
        parts.append(kept)
        found += len(kept)
    return np.concatenate(parts)[:count]


def _column(name) -> int:
    """The column of a factor, by name."""
    if name not in NAMES:
        raise ValueError(f"there is no factor '{name}'; choose from {', '.join(NAMES)}")
    return NAMES.index(name)


def _spread(factor, uniform):
    """[0, 1] -> the factor's range."""
    if factor.values:
        return np.minimum(np.floor(uniform * len(factor.values)), factor.high)
    return factor.low + (factor.high - factor.low) * uniform


def _copula(rho, pair, table):
    """The correlation of two normal variables for which the factors made of them have Pearson's r = rho.

    The equations are those of the expectation of r, solved for the correlation, of two factors that are both
    binary, both continuous, or one of each.
    """
    # Can these two reach rho?
    if len(set(pair)) != 2:
        raise ValueError(f"pair is {pair}; name two different factors")
    kinds = [table[_column(name)].kind for name in pair]
    if "categorical" in kinds:
        raise ValueError(
            f"pair is {pair}, and {pair[kinds.index('categorical')]} is categorical: it has no correlation"
        )
    reach = 1.0 if kinds[0] == kinds[1] else REACH
    if not abs(rho) <= reach:
        raise ValueError(
            f"rho is {rho}; a {kinds[0]} and a {kinds[1]} factor reach {-reach:.3f} to {reach:.3f}"
        )

    if kinds[0] != kinds[1]:
        return np.sqrt(2) * np.sin(np.pi * rho / np.sqrt(12))
    if kinds[0] == "binary":
        return np.sin(np.pi * rho / 2)
    return 2 * np.sin(np.pi * rho / 6)


def _bounds(combination, table) -> dict[int, tuple]:
    """{column: (low, high)} of a combination."""
    if not combination:
        raise ValueError("combination is empty; name factors and their values, such as {'moustache': 'yes'}")
    bounds = {}
    for name, value in combination.items():
        # A name counts as its number, and one number as a range without a length.
        factor = table[_column(name)]
        if isinstance(value, str) and value in factor.values:
            value = factor.values.index(value)
        low, high = value if isinstance(value, (tuple, list)) else (value, value)

        # A single number of a continuous factor would never be drawn.
        is_range = not isinstance(low, str) and factor.low <= low <= high <= factor.high
        is_empty = low == high and not factor.values
        if not is_range or is_empty:
            if factor.values:
                expected = f"one of {', '.join(factor.values)}"
            else:
                expected = f"(low, high) within {factor.low} to {factor.high}"
            raise ValueError(f"the combination has {name} = {value!r}; it must be {expected}")
        bounds[_column(name)] = (low, high)
    return bounds


def pearson(factors: np.ndarray, pair: tuple[str, str] = PAIR) -> float:
    """Pearson's r of two columns of factors (N, 12), by name."""
    first, second = pair
    return float(np.corrcoef(factors[:, _column(first)], factors[:, _column(second)])[0, 1])
