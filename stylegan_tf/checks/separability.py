"""Checks of lesson 13: bits left to know, the score, the most confident half, an angle between planes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylegan_tf.checks.exercise import Exercise
from stylegan_tf.metrics.separability import conditional_entropy, entropy


def _draw_tables(rng):
    return [
        (rng.uniform(5, 50, size=(2, 2)),),
        (rng.integers(1, 900, size=(2, 2)),),
        (np.array([[30.0, 0.0], [4.0, 16.0]]),),
    ]


def _joint(table):
    return float(entropy(table / table.sum(), (-2, -1)))


def _mean_of_rows(table):
    return float(np.mean([entropy(row / row.sum()) for row in table]))


_BITS = Exercise(
    oracle=lambda table: float(conditional_entropy(table)),
    draw=_draw_tables,
    why="the entropy of the classes on each side, weighted by how many samples lie there.",
    mistakes={
        "that is in nats; take the logarithm to base 2 for bits": (
            lambda t: conditional_entropy(t) * np.log(2)
        ),
        (
            "you asked which side when the class is known; ask which class when the side is known: "
            "rows are sides"
        ): (lambda t: conditional_entropy(np.transpose(t))),
        "that is the entropy of the classes alone; you have not used the sides": (
            lambda t: entropy(t.sum(axis=0) / t.sum())
        ),
        "that is what the side tells about the class; the exercise asks for what is left to know": (
            lambda t: entropy(t.sum(axis=0) / t.sum()) - conditional_entropy(t)
        ),
        "that is the entropy of side and class together; that of the side must be taken off": _joint,
        "both sides count the same in your mean; weigh them by how many samples lie there": _mean_of_rows,
    },
)


def check_bits_left(bits_left) -> None:
    """``bits_left(table)``: counts (2, 2), rows are sides, columns classes -> H(class | side) in bits."""
    _BITS.check(bits_left)


_SCORE = Exercise(
    oracle=lambda bits: 2 ** np.sum(bits),
    draw=lambda rng: [(rng.uniform(0, 0.8, size=40) / 10,), (rng.uniform(0, 1, size=3),)],
    why="the bits are summed, and the score is two to the power of the sum.",
    mistakes={
        "e goes with nats; with bits the score is a power of 2": (lambda b: np.exp(np.sum(b))),
        "you took the mean of the bits; they are summed": (lambda b: 2 ** np.mean(b)),
        "that is the sum of the bits; the score is 2 to that power": (lambda b: np.sum(b)),
        "you summed the powers; sum the bits first": (lambda b: np.sum(2**b)),
        "nothing left to know must give 1, and yours gives 0": (lambda b: 2 ** np.sum(b) - 1),
        "the sign is reversed: more bits left must give a larger score": (lambda b: 2 ** -np.sum(b)),
    },
)


def check_separability_score(separability_score) -> None:
    """``separability_score(bits)``: conditional entropies (K,) in bits -> the score, a number from 1 on."""
    _SCORE.check(separability_score)


def _draw_probabilities(rng):
    mostly_without = np.concatenate([rng.uniform(0, 0.5, 20), rng.uniform(0.55, 1, 10)])
    first = rng.permutation(mostly_without)
    mostly_with = np.concatenate([rng.uniform(0, 0.45, 10), rng.uniform(0.5, 1, 30)])
    second = rng.permutation(mostly_with)
    return [(first, 10), (second, 20)]


def _surest(p, count):
    return np.sort(np.argsort(-np.abs(p - 0.5), kind="stable")[:count])


@dataclass(frozen=True)
class _Places(Exercise):
    """An exercise whose answers are places. A mistake is known in whatever order they come."""

    def judge(self, answer, seed=0):
        verdict, sentence = super().judge(answer, seed)
        if verdict != "wrong" or not callable(answer) or sentence in self.mistakes:
            return verdict, sentence

        # No known mistake explains it; would one, if the places were sorted?
        verdict_of_sorted, sentence_of_sorted = super().judge(_sorted_places(answer), seed)
        if verdict_of_sorted == "correct":
            return "wrong", _UNSORTED
        if sentence_of_sorted in self.mistakes:
            return "wrong", sentence_of_sorted
        return "wrong", sentence


_UNSORTED = "these are the right samples, in another order: sort their places from small to large"


def _sorted_places(answer):
    """An answer that gives the same places from small to large."""
    return lambda p, count: np.sort(np.asarray(answer(p, count), "float64"))


def _evenly(p, count):
    """The same number of both classes."""
    without = np.argsort(p)[: count // 2]
    with_it = np.argsort(-p)[: count // 2]
    return np.sort(np.concatenate([without, with_it]))


_CONFIDENT = _Places(
    oracle=_surest,
    draw=_draw_probabilities,
    why="sure of yes and sure of no both count: what matters is the distance from one half.",
    mistakes={
        "you keep those that are surest to have it; those surely without it belong to it too": (
            lambda p, n: np.sort(np.argsort(-p)[:n])
        ),
        "you keep those surest to lack it; those that surely have it belong to it too": (
            lambda p, n: np.sort(np.argsort(p)[:n])
        ),
        "these are the least sure ones": (lambda p, n: np.sort(np.argsort(np.abs(p - 0.5))[:n])),
        "you take the same number of both classes; the paper takes the surest, whatever they are": (_evenly),
        "these are the first ones; look at how sure the classifier is": (lambda p, n: np.arange(n)),
        "these are probabilities; the exercise asks for the places": (lambda p, n: np.sort(p[_surest(p, n)])),
    },
    tolerance=0,
)


def check_most_confident(most_confident) -> None:
    """``most_confident(p, count)``: P(attribute) (N,) -> the places of the surest samples, (count,).

    The places are sorted from small to large.
    """
    _CONFIDENT.check(most_confident)


def _angle(a, b):
    return np.degrees(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))


@np.errstate(invalid="ignore")
def _of_any_length(a, b):
    """Without the lengths. It is NaN where a @ b is no cosine."""
    return np.degrees(np.arccos(a @ b))


def _draw_normals(rng):
    """Two pairs at random, and one with an angle above 90 degrees."""
    drawn = [tuple(rng.normal(size=(2, d))) for d in (3, 64)]
    return [*drawn, (np.array([3.0, 1, 0]), np.array([-2.0, 1, 1]))]


_ANGLE = Exercise(
    oracle=_angle,
    draw=_draw_normals,
    why="at 90 degrees a step along one normal leaves the other attribute alone.",
    mistakes={
        "that is in radians": (lambda a, b: np.radians(_angle(a, b))),
        "that is the cosine; take the arc cosine, in degrees": (
            lambda a, b: np.cos(np.radians(_angle(a, b)))
        ),
        "normals need not have length 1: divide by both lengths": (
            lambda a, b: np.degrees(np.arccos(np.clip(a @ b, -1, 1)))
        ),
        "normals may have any length: divide by the lengths of both": _of_any_length,
        (
            "an angle above 90 degrees has a meaning, that the attributes work against each other; "
            "don't take the absolute value"
        ): (lambda a, b: min(_angle(a, b), 180 - _angle(a, b))),
        "that is 90 degrees minus the angle: the arc sine": (lambda a, b: 90 - _angle(a, b)),
    },
)


def check_angle(angle) -> None:
    """``angle(a, b)``: normals (D,) of any length -> degrees between them, 0 to 180."""
    _ANGLE.check(angle)
