"""Lesson 10: wrong answers are caught and named; right answers written differently pass."""

import numpy as np
import tensorflow as tf

import stylegan_tf as sg
from stylegan_tf.checks import truncation


def in_layers(ws, mean, psi, chosen):
    """Truncation of the layers for which ``chosen(layer)`` is true, one by one."""
    layers = [mean + psi * (ws[:, i] - mean) if chosen(i) else ws[:, i] for i in range(ws.shape[1])]
    return np.stack(layers, axis=1)


def far(w, mean):
    return np.sqrt(((w - mean) ** 2).sum(axis=-1, keepdims=True))


def pulled(w, mean, radius):
    return np.where(far(w, mean) > radius, mean + radius * (w - mean) / far(w, mean), w)


def choose(psi, score, allowed):
    return max((s, p) for s, p, a in zip(score, psi, allowed, strict=True) if a)[1]


WRONG = [
    (sg.checks.check_pull_far, lambda w, m, r: m + (w - m) * r / far(w, m).max(), "one psi"),
    (sg.checks.check_pull_far, lambda w, m, r: m + r * (w - m) / far(w, m), "at the radius now"),
    (sg.checks.check_pull_far, lambda w, m, r: np.where(far(w, m) > r, w * r / far(w, m), w), "towards zero"),
    (sg.checks.check_pull_far, lambda w, m, r: pulled(w, 0 * m, r), "far w is from zero"),
    (sg.checks.check_pull_far, lambda w, m, r: np.minimum(np.maximum(w, m - r), m + r), "by itself"),
    (sg.checks.check_pull_far, lambda w, m, r: (far(w, m) <= r) * (w - m) + m, "become the mean"),
    (
        sg.checks.check_pull_far,
        lambda w, m, r: [max(1, r / far(v, m)[0]) * (v - m) + m for v in w],
        "pushed out",
    ),
    (sg.checks.check_pull_far, lambda w, m, r: [v for v in w if far(v, m)[0] <= r], "left out"),
    (sg.checks.check_pull_far, lambda w, m, r: pulled(w, m, r) - m, "add it again"),
    (sg.checks.check_pull_far, lambda w, m, r: far(w, m), "shape"),
    (
        sg.checks.check_truncate_layers,
        lambda ws, m, psi, c: in_layers(ws, m, psi, lambda i: True),
        "all layers",
    ),
    (
        sg.checks.check_truncate_layers,
        lambda ws, m, psi, c: in_layers(ws, m, psi, lambda i: i >= c),
        "fine layers",
    ),
    (
        sg.checks.check_truncate_layers,
        lambda ws, m, psi, c: in_layers(ws, m, psi, lambda i: i <= c),
        "one layer too many",
    ),
    (
        sg.checks.check_truncate_layers,
        lambda ws, m, psi, c: in_layers(ws, m, psi, lambda i: i == c),
        "only one layer",
    ),
    (
        sg.checks.check_truncate_layers,
        lambda ws, m, psi, c: np.r_[m + psi * (ws[:c] - m), ws[c:]],
        "second axis",
    ),
    (
        sg.checks.check_truncate_layers,
        lambda ws, m, psi, c: in_layers(ws, 0 * m, psi, lambda i: i < c),
        "towards zero",
    ),
    (
        sg.checks.check_truncate_layers,
        lambda ws, m, psi, c: in_layers(ws, m, 1 - psi, lambda i: i < c),
        "from w to the mean",
    ),
    (sg.checks.check_truncate_layers, lambda ws, m, psi, c: ws, "off by"),
    (sg.checks.check_variance_left, lambda psi: np.sqrt(psi**2), "left of the deviation"),
    (sg.checks.check_variance_left, lambda psi: psi, "never negative"),
    (sg.checks.check_variance_left, lambda psi: 1 - psi, "taken away from each distance"),
    (sg.checks.check_variance_left, lambda psi: (1 - psi) * (1 + psi), "say what is left"),
    (sg.checks.check_variance_left, lambda psi: np.sqrt(np.abs(psi)), "took the root"),
    (sg.checks.check_variance_left, lambda psi: psi**4, "off by"),
    (
        sg.checks.check_choose_psi,
        lambda psi, p, r, least: choose(psi, p, r > -1),
        "recall must reach the least first",
    ),
    (sg.checks.check_choose_psi, lambda psi, p, r, least: choose(psi, r, r > -1), "most recall"),
    (
        sg.checks.check_choose_psi,
        lambda psi, p, r, least: choose(psi, -psi, r >= least),
        "least psi that is allowed",
    ),
    (sg.checks.check_choose_psi, lambda psi, p, r, least: choose(psi, p, r > least), "exactly the least"),
    (
        sg.checks.check_choose_psi,
        lambda psi, p, r, least: list(psi).index(choose(psi, p, r >= least)),
        "place in the table",
    ),
    (
        sg.checks.check_choose_psi,
        lambda psi, p, r, least: choose(p, p, r >= least),
        "precision at the best psi",
    ),
    (sg.checks.check_choose_psi, lambda psi, p, r, least: 1.0, "off by"),
    (sg.checks.check_choose_psi, lambda psi, p, r, least: psi[r >= least], "shape"),
]


def loop_over_layers(ws, mean, psi, cutoff):
    result = ws.copy()
    for layer in range(cutoff):
        result[:, layer] = psi * ws[:, layer] + (1 - psi) * mean
    return result


def tensors_over_layers(ws, mean, psi, cutoff):
    return tf.concat([mean + psi * (ws[:, :cutoff] - mean), ws[:, cutoff:]], axis=1)


def sorted_choice(psi, precision, recall, least):
    return sorted((p, s) for s, p, r in zip(psi, precision, recall, strict=True) if r >= least)[-1][1]


RIGHT = [
    (sg.checks.check_pull_far, pulled),
    (sg.checks.check_pull_far, lambda w, m, r: [m + min(1, r / far(v, m)[0]) * (v - m) for v in w]),
    (sg.checks.check_truncate_layers, loop_over_layers),
    (sg.checks.check_truncate_layers, tensors_over_layers),
    (sg.checks.check_variance_left, lambda psi: abs(psi) * abs(psi)),
    (sg.checks.check_choose_psi, sorted_choice),
    (sg.checks.check_choose_psi, lambda psi, p, r, least: psi[r >= least][p[r >= least].argmax()]),
]


def test_what_the_exercise_says_of_the_variance_holds_for_truncated_w():
    w = np.random.default_rng(0).normal(size=(500, 3))
    truncated = np.asarray(sg.latents.truncate(w[:, None], w.mean(axis=0), -0.6))[:, 0]
    np.testing.assert_allclose(
        truncated.var(axis=0) / w.var(axis=0), truncation._VARIANCE.oracle(-0.6), rtol=1e-5
    )
