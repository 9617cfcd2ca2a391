"""Lesson 14: wrong answers are caught and named; right answers written differently pass."""

import keras
import numpy as np

import stylegan_tf as sg
from stylegan_tf.checks import editing


def groups(w, has, other):
    """Means of the four groups: [other][has]."""
    return [[w[(other == o) & (has == h)].mean(0) for h in (False, True)] for o in (False, True)]


def wanted(change, own):
    return np.array([row[k] for row, k in zip(change, own, strict=True)])


def split(w, has):
    return np.mean(w[has], 0) - np.mean(w[np.logical_not(has)], 0)


WRONG = {
    sg.checks.check_leakage_matrix: [
        (lambda c, own: np.array([row / max(row, key=abs) for row in c]), "divide by that of column own"),
        (
            lambda c, own: np.array([row / row[i] for i, row in enumerate(c)]),
            "row i was asked for is column own",
        ),
        (lambda c, own: np.copy(c), "per deviation"),
        (lambda c, own: c / np.sqrt((c**2).sum(1))[:, None], "length 1"),
        (lambda c, own: c - wanted(c, own)[:, None], "a quotient"),
        (lambda c, own: abs(c) / wanted(c, own)[:, None], "have a sign"),
        (lambda c, own: c.T / wanted(c, own), "transposed"),
        (lambda c, own: wanted(c, own), "shape"),
    ],
    sg.checks.check_balanced_direction: [
        (lambda w, h, o: split(w, h), "plain difference"),
        (lambda w, h, o: split(w[o], h[o]), "only the group that has"),
        (lambda w, h, o: split(w[~o], h[~o]), "only the group without"),
        (lambda w, h, o: split(w[o], h[o]) + split(w[~o], h[~o]), "are added"),
        (
            lambda w, h, o: np.average([split(w[o], h[o]), split(w[~o], h[~o])], 0, [o.sum(), (~o).sum()]),
            "by their size",
        ),
        (lambda w, h, o: np.mean([split(w[h], o[h]), split(w[~h], o[~h])], 0), "swapped the attributes"),
        (lambda w, h, o: groups(w, h, o)[1][1] - groups(w, h, o)[0][0], "largest"),
        (lambda w, h, o: -np.mean([split(w[o], h[o]), split(w[~o], h[~o])], 0), "sign is reversed"),
        (lambda w, h, o: np.array([split(w[o], h[o]), split(w[~o], h[~o])]), "shape"),
    ],
    sg.checks.check_take_out: [
        (lambda d, o: d - np.sum(d * o) * o, "that twice"),
        (lambda d, o: d - np.sum(d * o) / np.sqrt(np.sum(o * o)) * o, "once"),
        (lambda d, o: d - o, "whole other direction;"),
        (lambda d, o: d - o / np.sqrt(o @ o), "at length 1; only"),
        (lambda d, o: o * np.sum(d * o) / np.sum(o * o), "part along the other"),
        (lambda d, o: d + o * np.sum(d * o) / np.sum(o * o), "is added"),
        (lambda d, o: d - o * np.sum(d * o) / np.sum(d * d), "length of d"),
        (lambda d, o: np.asarray(sg.latents.conditional(d, [o], np.eye(len(d)))), "leave it as long"),
        (lambda d, o: o - d * (o @ d) / (d @ d), "out of the other direction"),
        (lambda d, o: d @ o, "shape"),
    ],
}

RIGHT = [
    (sg.checks.check_leakage_matrix, lambda c, own: c / wanted(c, own)[:, None]),
    (
        sg.checks.check_leakage_matrix,
        lambda c, own: [[x / row[k] for x in row] for row, k in zip(c, own, strict=True)],
    ),
    (sg.checks.check_leakage_matrix, lambda c, own: np.linalg.solve(np.diag(wanted(c, own)), c)),
    (
        sg.checks.check_balanced_direction,
        lambda w, h, o: np.mean([b - a for a, b in groups(w, h, o)], axis=0),
    ),
    (
        sg.checks.check_balanced_direction,
        lambda w, h, o: (
            np.mean([g[1] for g in groups(w, h, o)], 0) - np.mean([g[0] for g in groups(w, h, o)], 0)
        ),
    ),
    (sg.checks.check_take_out, lambda d, o: (np.eye(len(d)) - np.outer(o, o) / (o @ o)) @ d),
    (sg.checks.check_take_out, lambda d, o: d - np.linalg.lstsq(o[:, None], d, rcond=None)[0] * o),
    (sg.checks.check_take_out, lambda d, o: d - keras.ops.sum(d * o) / keras.ops.sum(o * o) * o),
]


def test_the_exercises_are_what_the_package_computes():
    rng = np.random.default_rng(0)
    ((w, has, other),) = editing._draw_groups(rng)
    unit = editing._BALANCED_DIRECTION.oracle(w, has, other)
    np.testing.assert_allclose(
        sg.latents.direction(w, has, "balanced", other), unit / np.linalg.norm(unit), rtol=1e-5, atol=1e-6
    )
    d, o = rng.normal(size=(2, 4))
    rest = editing._TAKE_OUT.oracle(d, o)
    np.testing.assert_allclose(
        sg.latents.conditional(d, [o], w), rest / np.linalg.norm(rest), rtol=1e-5, atol=1e-6
    )
    change = rng.normal(size=(2, 3))
    result = sg.metrics.entanglement.Leakage(("b", "c"), ("a", "b", "c"), change, change)
    np.testing.assert_allclose(editing._LEAKAGE_MATRIX.oracle(change, np.array([1, 2])), result.matrix)
