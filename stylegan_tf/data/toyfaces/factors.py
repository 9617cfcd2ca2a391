"""What toy faces differ in; how factors are drawn by lot, with two dials for what data lack (lesson 03)."""

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
        name, meaning: for people. kind: ``continuous``, ``binary`` or ``categorical``; drawn evenly over its
            range.
        low, high: the range, in ``unit``. values: what the whole numbers 0, 1, ... stand for, unless
            continuous.
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
    return Factor(
        name, "binary" if len(values) == 2 else "categorical", 0, len(values) - 1, "", tuple(values), meaning
    )


FACTORS = (
    _continuous("yaw", -40, 40, "degrees", "The head turns, to the right of the picture if positive."),
    _continuous("pitch", -15, 15, "degrees", "The head nods, up if positive."),
    _continuous("roll", -15, 15, "degrees", "The head tilts, clockwise if positive."),
    _continuous("skin", 0, 1, "", "Colour of the skin, from light to dark."),
    _choice(
        "hair_colour",
        drawing.HAIR,
        "Colour of hair, eyebrows and moustache: names without an order, so no scale.",
    ),
    _choice(
        "hair_length",
        drawing.SIDES,
        "Short hair leaves the ears free; long hair covers them and the shoulders' sides.",
    ),
    _choice("fringe", drawing.FRINGE, "How the hair ends over the forehead."),
    _choice("glasses", ("no", "yes"), "Thick dark frames."),
    _choice("moustache", ("no", "yes"), "In the hair's darker shade."),
    _continuous("smile", -1, 1, "", "From a frown over a closed mouth at 0 to an open laugh."),
    _choice("background", drawing.BACKGROUND, "Colour behind the head."),
    _choice("shirt", drawing.SHIRT, "Colour of the shirt."),
)
NAMES = tuple(factor.name for factor in FACTORS)
PAIR, COMBINATION = ("glasses", "moustache"), {"moustache": "yes", "hair_length": "long"}
REACH = np.sqrt(0.75)  # the largest correlation of an even binary and an even continuous factor


def factor_table() -> str:
    """The factors as a Markdown table: name, kind, range or values, meaning."""
    rows = ["| factor | kind | range | meaning |", "|---|---|---|---|"]
    for f in FACTORS:
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
) -> np.ndarray:
    """Factors of ``count`` faces, float32 (count, 12), columns in the order of FACTORS: even and independent
    but for two dials.

    Args:
        rho: Pearson's r of the ``pair``, from -1 to 1: its expectation, exactly; each factor stays evenly
            spread. A Gaussian copula whose own correlation is solved for r. A binary with a continuous factor
            reaches 0.866 at most.
        pair: names of two factors, none of them categorical.
        hole: share, 0 to 1, of the faces in the ``combination`` that are removed; others are drawn in their
            place.
        combination: factor -> value (number or name), or (low, high) of a continuous factor.

    Raises:
        ValueError: for an unknown factor or value, a categorical pair, rho or hole out of range, nothing left
            outside the hole.
    """
    if count < 1:
        raise ValueError(f"count is {count}; ask for 1 face or more")
    if not 0 <= hole <= 1:
        raise ValueError(f"hole is {hole}; it is a share from 0 to 1")
    columns, correlation = [_column(name) for name in pair], _copula(rho, pair)
    bounds = _bounds(combination)
    if hole == 1 and all((FACTORS[i].low, FACTORS[i].high) == limits for i, limits in bounds.items()):
        raise ValueError(
            f"the combination {dict(combination)} leaves no face outside; choose a smaller one, or hole below 1"
        )
    rng, parts, found = np.random.default_rng(seed), [], 0
    while found < count:
        uniform = rng.random((count, len(FACTORS)))
        first, other = rng.standard_normal((2, count))
        second = correlation * first + np.sqrt(1 - correlation**2) * other
        uniform[:, columns] = 0.5 + 0.5 * tf.math.erf(np.stack([first, second], axis=1) / np.sqrt(2)).numpy()
        factors = np.stack([_spread(f, u) for f, u in zip(FACTORS, uniform.T, strict=True)], axis=1).astype(
            "float32"
        )
        inside = np.all(
            [(low <= factors[:, i]) & (factors[:, i] <= high) for i, (low, high) in bounds.items()], axis=0
        )
        kept = factors[~(inside & (rng.random(count) < hole))]
        parts.append(kept)
        found += len(kept)
    return np.concatenate(parts)[:count]


def _column(name):
    if name not in NAMES:
        raise ValueError(f"there is no factor '{name}'; choose from {', '.join(NAMES)}")
    return NAMES.index(name)


def _spread(factor, uniform):
    """[0, 1] -> the factor's range."""
    if factor.values:
        return np.minimum(np.floor(uniform * len(factor.values)), factor.high)
    return factor.low + (factor.high - factor.low) * uniform


def _copula(rho, pair):
    """The correlation of two normal variables for which the factors made of them have Pearson's r = rho."""
    if len(set(pair)) != 2:
        raise ValueError(f"pair is {pair}; name two different factors")
    kinds = [FACTORS[_column(name)].kind for name in pair]
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
    return np.sin(np.pi * rho / 2) if kinds[0] == "binary" else 2 * np.sin(np.pi * rho / 6)


def _bounds(combination):
    """{column: (low, high)} of a combination."""
    if not combination:
        raise ValueError("combination is empty; name factors and their values, such as {'moustache': 'yes'}")
    bounds = {}
    for name, wanted in combination.items():
        factor = FACTORS[_column(name)]
        wanted = (
            factor.values.index(wanted) if isinstance(wanted, str) and wanted in factor.values else wanted
        )
        low, high = wanted if isinstance(wanted, (tuple, list)) else (wanted, wanted)
        if (
            isinstance(low, str)
            or not factor.low <= low <= high <= factor.high
            or (low == high and not factor.values)
        ):
            known = (
                f"one of {', '.join(factor.values)}"
                if factor.values
                else f"(low, high) within {factor.low} to {factor.high}"
            )
            raise ValueError(f"the combination has {name} = {wanted!r}; wanted is {known}")
        bounds[_column(name)] = low, high
    return bounds


def pearson(factors: np.ndarray, pair: tuple[str, str] = PAIR) -> float:
    """Pearson's r of two columns of factors (N, 12), by name."""
    return float(np.corrcoef(*(factors[:, _column(name)] for name in pair))[0, 1])
