"""Lesson 14: wrong answers are caught and named; right answers written differently pass."""

from types import SimpleNamespace

import keras
import numpy as np

import stylegan_tf as sg
from stylegan_tf.checks import editing


def groups(w, has, other):
    """Means of the four groups: [other][has]."""
    return [[w[(other == o) & (has == h)].mean(0) for h in (False, True)] for o in (False, True)]


def half(forwards, backwards):
    return 0.5 * forwards - 0.5 * backwards


def sem(values):
    return np.sqrt(np.sum((values - values.mean()) ** 2) / (len(values) - 1) / len(values))


def split(w, has):
    return np.mean(w[has], 0) - np.mean(w[np.logical_not(has)], 0)


WRONG = {
    sg.checks.check_change_and_error: [
        (
            lambda f, b: (half(f, b).mean(), ((sem(f) ** 2 + sem(b) ** 2) ** 0.5) / 2),
            "different people; they",
        ),
        (lambda f, b: (half(f, b).mean(), (sem(f) ** 2 + sem(b) ** 2) ** 0.5), "do not halve"),
        (lambda f, b: (f.mean() - b.mean(), sem(f - b)), "two steps"),
        (lambda f, b: ((f.mean() - b.mean()) / 2, sem(f - b)), "its error is not"),
        (lambda f, b: (half(f, b).mean(), half(f, b).std(ddof=1)), "deviation of single faces;"),
        (lambda f, b: (half(f, b).mean(), half(f, b).std()), "with N in place"),
        (lambda f, b: (half(f, b).mean(), half(f, b).std() / len(f) ** 0.5), "inside the deviation"),
        (lambda f, b: (half(f, b).mean(), half(f, b).std(ddof=1) / len(f)), "root of N"),
        (lambda f, b: (half(b, f).mean(), sem(half(f, b))), "sign is reversed"),
        (lambda f, b: (sem(half(f, b)), half(f, b).mean()), "order is"),
        (half, "shape"),
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
    (sg.checks.check_change_and_error, lambda f, b: (half(f, b).mean(), sem(half(f, b)))),
    (sg.checks.check_change_and_error, lambda f, b: [(f.mean() - b.mean()) / 2, sem(f - b) / 2]),
    (
        sg.checks.check_change_and_error,
        lambda f, b: ((f - b).mean() / 2, np.cov(f - b) ** 0.5 / len(f) ** 0.5 / 2),
    ),
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

    # The package reads pictures; here they are their own reading, and a step moves them by half of w.
    pictures = rng.normal(size=(5, 2, 4)).astype("float32")
    generator = SimpleNamespace(config=SimpleNamespace(resolution=4), synthesis=lambda ws, noise: ws)

    def read(images):
        return {"b": np.asarray(images)[:, 0, 0] ** 3}

    along = sg.latents.Direction(np.eye(4)[0], 0.5)
    found = sg.metrics.entanglement.leakage(generator, pictures, {"b": along}, read, strength=4)
    up = read(sg.latents.move(pictures, along, 4))["b"]
    down = read(sg.latents.move(pictures, along, -4))["b"]
    expected = editing._CHANGE_AND_ERROR.oracle(up, down)
    np.testing.assert_allclose((4 * found.change[0, 0], 4 * found.standard_error[0, 0]), expected, rtol=1e-5)
