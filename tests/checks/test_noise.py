"""Lesson 06: wrong answers are caught and named; right answers written differently pass."""

import keras
import numpy as np

import stylegan_tf as sg
from stylegan_tf.networks.noise import NoiseInjection

mean, variance = np.mean, np.var


def between(images):
    return variance(mean(images, 1), 0).mean()


def within(images):
    return mean([variance(of_one, 0).mean() for of_one in images])


WRONG = {
    sg.checks.check_add_noise: [
        (lambda x, n, s: n + x, "strengths are missing"),
        (lambda x, n, s: x + n * s.sum() / len(s), "same strength"),
        (lambda x, n, s: x + s * mean(n, (1, 2))[:, None, None], "per pixel"),
        (lambda x, n, s: np.stack([image + n[0] * s for image in x]), "same noise"),
        (lambda x, n, s: x + x * n * s, "multiplied"),
        (lambda x, n, s: x + (n + s), "factor of the noise"),
        (lambda x, n, s: x - n * s, "subtract"),
        (lambda x, n, s: s * n, "off by"),
    ],
    sg.checks.check_deviation_map: [
        (lambda x: variance(x, (1, 2)) ** 0.5, "over the pixels of each image"),
        (lambda x: variance(x, 0).sum(-1) / 3, "variance; the deviation is its root"),
        (lambda x: variance(x.sum(-1) / 3, 0) ** 0.5, "would cancel"),
        (lambda x: variance(x, 0).mean() ** 0.5, "where"),
        (lambda x: variance(x, 0) ** 0.5, "still apart"),
        (lambda x: x.mean(-1).mean(0), "mean image"),
        (lambda x: (variance(x, 0) ** 0.5).sum(-1) / 3, "channels' deviations"),
        (lambda x: 2 * (variance(x, 0).mean(-1)) ** 0.5, "off by"),
    ],
    sg.checks.check_share_of_z: [
        (lambda x: within(x) / (between(x) + within(x)), "share of the noise"),
        (lambda x: between(x) / within(x), "ratio"),
        (lambda x: between(x) ** 0.5 / (between(x) ** 0.5 + within(x) ** 0.5), "deviations"),
        (lambda x: variance(mean(x, 0), 0).mean() / variance(x, (0, 1)).mean(), "axis 0 is z"),
        (between, "divide it by the whole"),
        (lambda x: variance(x.mean((2, 3)).mean(1)) / variance(x.mean((2, 3))), "pixels first"),
        (lambda x: between(x) / within(x) ** 2, "off by"),
    ],
}

RIGHT = [
    (sg.checks.check_add_noise, lambda x, n, s: x + np.einsum("bhwi,c->bhwc", n, s)),
    (sg.checks.check_add_noise, lambda x, n, s: keras.ops.add(x, keras.ops.multiply(n, s))),
    (sg.checks.check_deviation_map, lambda x: np.sqrt(((x - x.mean(0)) ** 2).mean((0, 3)))),
    (sg.checks.check_share_of_z, lambda x: between(x) / variance(x, (0, 1)).mean()),
    (sg.checks.check_share_of_z, lambda x: 1 - within(x) / variance(x, (0, 1)).mean()),
]


def test_adding_noise_in_the_exercise_is_what_the_layer_does():
    x, n = np.random.default_rng(0).normal(size=(2, 2, 4, 4, 3)).astype("float32")
    layer = NoiseInjection()
    layer.build(x.shape)
    layer.strength.assign([0.5, -1.0, 2.0])
    np.testing.assert_allclose(
        layer(x, noise=n[..., :1]), sg.checks.noise._add(x, n[..., :1], np.array([0.5, -1.0, 2.0])), rtol=1e-6
    )
