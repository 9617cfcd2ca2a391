"""Lesson 09: wrong answers are caught and named; right answers written differently pass."""

import numpy as np
import tensorflow as tf

import stylegan_tf as sg
from stylegan_tf.checks import style_mixing


def joined(first, second, at, axis=1):
    return np.concatenate(
        [np.take(first, range(at), axis), np.take(second, range(at, first.shape[axis]), axis)], axis
    )


def one_layer(a, b, c):
    result = a.copy()
    result[:, c : c + 1] = b[:, c : c + 1]
    return result


WRONG = {
    sg.checks.check_cross: [
        (lambda a, b, c: joined(b, a, c), "you swapped the two"),
        (lambda a, b, c: joined(a, b, min(c + 1, 8)), "one layer too many"),
        (lambda a, b, c: joined(a, b, c, axis=0), "along the batch"),
        (lambda a, b, c: joined(a, b, min(c, 5), axis=2), "numbers of w"),
        (one_layer, "only one layer"),
        (lambda a, b, c: (1 - c / 8) * a + c / 8 * b, "blend"),
        (lambda a, b, c: a, "off by"),
    ],
    sg.checks.check_carried: [
        (lambda a, b, s: np.mean((s - a) / (b - a)), "averaged the quotients"),
        (
            lambda a, b, s: (
                ((s - a - (s - a).mean()) * (b - a - (b - a).mean())).mean() / (s - a).std() / (b - a).std()
            ),
            "correl",
        ),
        (lambda a, b, s: ((s - b) * (a - b)).sum() / ((a - b) ** 2).sum(), "measure from `after`"),
        (lambda a, b, s: (s @ b) / (b @ b), "values themselves"),
        (lambda a, b, s: np.cov(s - a, b - a)[0, 1] / np.var(b - a, ddof=1), "goes through 0"),
        (lambda a, b, s: ((b - a) @ (s - a)) / ((s - a) @ (s - a)), "wrong way round"),
        (lambda a, b, s: (s.mean() - a.mean()) / (b.mean() - a.mean()), "cancel"),
        (lambda a, b, s: (s - a) * (b - a), "shape"),
    ],
    sg.checks.check_draw_crossover: [
        (lambda coin, u, n, p: int(n * u) if coin < p else n, "0 may come out"),
        (lambda coin, u, n, p: round(u * (n - 2)) + 1 if coin < p else n, "half as often"),
        (lambda coin, u, n, p: int(n * u + 1) if coin < p else n, "`layers` may come out"),
        (lambda coin, u, n, p: int(u * (n - 1) + 1) if coin < p else 0, "not 0"),
        (lambda coin, u, n, p: n if coin < p else 1 + int(u * (n - 1)), "coin is the wrong way round"),
        (lambda coin, u, n, p: n, "off by"),
        (lambda coin, u, n, p: 1 + int(u * (n - 1)), "always mix"),
        (lambda coin, u, n, p: u * (n - 1) + 1 if coin < p else n, "whole number"),
    ],
}

RIGHT = [
    (sg.checks.check_cross, joined),
    (sg.checks.check_cross, lambda a, b, c: tf.where((tf.range(a.shape[1]) < c)[:, None], a, b)),
    (sg.checks.check_carried, lambda a, b, s: np.linalg.lstsq((b - a)[:, None], s - a, rcond=None)[0][0]),
    (sg.checks.check_draw_crossover, lambda coin, u, n, p: range(1, n)[int(u * (n - 1))] if coin < p else n),
    (
        sg.checks.check_draw_crossover,
        lambda coin, u, n, p: float(np.where(coin < p, np.floor(1 + u * (n - 1)), n)),
    ),
]


def test_what_the_exercise_calls_carried_is_what_the_atlas_reports():
    G = sg.Generator(
        sg.Config(resolution=8, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=2, fmap_base=32)
    )
    ws_a, ws_b = (np.asarray(G.broadcast(sg.latents.sample(G, 6, seed)[1])) for seed in (0, 1))
    read = lambda images: {"light": np.asarray(images).mean(axis=(1, 2, 3))}  # noqa: E731
    atlas = sg.metrics.entanglement.layer_factor_atlas(G, ws_a, ws_b, read, {"coarse": range(2)})
    swapped = sg.latents.mix(ws_a, ws_b, range(2))
    values = [read(G.synthesis(ws, noise="fixed"))["light"] for ws in (ws_a, ws_b, swapped)]
    np.testing.assert_allclose(style_mixing._CARRIED.oracle(*values), atlas.carried[0, 0], rtol=1e-4)
