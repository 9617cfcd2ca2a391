"""Lesson 07: every wrong answer that students are known to give is caught and named; right ones written
differently pass.
"""

import keras
import numpy as np
import tensorflow as tf

import stylegan_tf as sg
from stylegan_tf.checks import discriminator


def filtered(x, kernel, **pad):
    """Correlation of each channel with a 3x3 kernel, by shifts."""
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), **pad)
    h, w = x.shape[1:3]
    return sum(kernel[i, j] * wide[:, i : i + h, j : j + w] for i in range(3) for j in range(3))


BINOMIAL = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16


def strided(x, group, spread):
    """Group m holds images m, m + M, m + 2M, ...: ``spread`` of (group, M, H, W, C), one number per group."""
    values = spread(x.reshape(group, -1, *x.shape[1:]))
    return np.tile(values, group)


# check -> [(a student's wrong answer, words of the sentence that names it)]
WRONG = {
    sg.checks.check_blur: [
        (lambda x: filtered(x, 16 * BINOMIAL), "sum to 16"),
        (lambda x: filtered(x, np.full((3, 3), 1 / 9)), "box"),
        (lambda x: filtered(x, np.outer([0, 1, 0], [0.25, 0.5, 0.25])), "along the rows only"),
        (lambda x: filtered(x, np.outer([0.25, 0.5, 0.25], [0, 1, 0])), "along the columns only"),
        (lambda x: filtered(x, BINOMIAL, mode="edge"), "repeat the rim"),
        (lambda x: filtered(x, BINOMIAL, mode="reflect"), "mirror"),
        (
            lambda x: filtered(np.apply_along_axis(np.convolve, 3, x, [0.25, 0.5, 0.25], "same"), BINOMIAL),
            "across the channels",
        ),
        (lambda x: x, "off by"),
    ],
    sg.checks.check_folded: [
        (lambda f: np.where(f > 0.25, 0.5 - f, f), "frequency doubles"),
        (lambda f: f * 2, "no grid can hold"),
        (lambda f: np.clip(f * 2, 0, 0.5), "do not stop"),
        (lambda f: f * 2 * (f < 0.25), "do not vanish"),
        (lambda f: 2 * f % 0.5, "does not start again"),
        (lambda f: f / 2, "half the frequency"),
        (lambda f: 1 - 2 * f, "off by"),
    ],
    sg.checks.check_group_deviation: [
        (
            lambda x, g: np.repeat(x.reshape(-1, g, *x.shape[1:]).std(axis=1).mean(axis=(1, 2, 3)), g),
            "neighbours",
        ),
        (
            lambda x, g: np.repeat(
                strided(x, g, lambda v: v.std(axis=0).mean(axis=(1, 2, 3)))[: len(x) // g], g
            ),
            "take turns",
        ),
        (lambda x, g: np.ones(len(x)) * x.std(axis=0).mean(), "whole batch"),
        (
            lambda x, g: strided(x, g, lambda v: v.var(axis=0).mean(axis=(1, 2, 3))),
            "mean variance; take the root before",
        ),
        (
            lambda x, g: strided(x, g, lambda v: v.var(axis=0).mean(axis=(1, 2, 3)) ** 0.5),
            "root of the mean variance",
        ),
        (lambda x, g: x.reshape(len(x), -1).std(axis=1), "within each image"),
        (lambda x, g: strided(x, g, lambda v: v.std(axis=(0, 2, 3, 4))), "all numbers of a group"),
        (lambda x, g: strided(x, g, lambda v: v.std(axis=0, ddof=1).mean(axis=(1, 2, 3))), "group - 1"),
        (lambda x, g: strided(x, g, lambda v: v.std(axis=0).mean(axis=(1, 2, 3)))[:, None], "shape"),
    ],
    sg.checks.check_r1: [
        (lambda g, gamma: gamma * np.einsum("bhwc,bhwc->b", g, g), "1/2 is missing"),
        (lambda g, gamma: gamma / 2 * np.linalg.norm(g.reshape(len(g), -1), axis=1), "squared"),
        (
            lambda g, gamma: gamma / 2 * np.square(g).reshape(len(g), -1).mean(axis=1),
            "average over the pixels",
        ),
        (lambda g, gamma: gamma / 2 * (np.linalg.norm(g.reshape(len(g), -1), axis=1) - 1) ** 2, "WGAN-GP"),
        (lambda g, gamma: gamma / 2 * (g**2).sum() / len(g), "one number per image"),
        (lambda g, gamma: gamma / 2 * (g**2).sum(), "sum over the batch"),
        (lambda g, gamma: gamma * g, "shape"),
    ],
}


def blur_by_depthwise(x):
    kernel = np.repeat(BINOMIAL[:, :, None, None], x.shape[3], axis=2).astype("float32")
    return tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "SAME")


def deviation_by_loops(x, group):
    result, count = np.empty(len(x)), len(x) // group
    for i in range(len(x)):
        result[i] = x[i % count :: count].std(axis=0).mean()
    return result


RIGHT = [
    (sg.checks.check_blur, lambda x: filtered(x, BINOMIAL)),
    (sg.checks.check_blur, blur_by_depthwise),
    (sg.checks.check_folded, lambda f: np.where(f <= 0.25, 2 * f, 1 - 2 * f)),
    (sg.checks.check_folded, lambda f: 0.5 - np.abs(0.5 - 2 * f)),
    (sg.checks.check_folded, lambda f: np.abs(2 * f - np.round(2 * f))),
    (sg.checks.check_group_deviation, deviation_by_loops),
    (
        sg.checks.check_group_deviation,
        lambda x, g: strided(x, g, lambda v: np.sqrt(v.var(axis=0) + 1e-8).mean(axis=(1, 2, 3))),
    ),
    (
        sg.checks.check_r1,
        lambda g, gamma: (
            gamma * tf.nn.l2_loss(g[0]) if len(g) == 1 else gamma / 2 * tf.reduce_sum(g * g, [1, 2, 3])
        ),
    ),
    (sg.checks.check_r1, lambda g, gamma: 0.5 * gamma * keras.ops.norm(g.reshape(len(g), -1), axis=1) ** 2),
]


def test_a_folded_frequency_is_what_the_spectrum_shows():
    """The oracle against a transform: the peak of a sine of 96 cycles, every second of its pixels kept."""
    n = np.arange(256)
    for cycles in (20, 60, 70, 96, 120):
        kept = np.cos(2 * np.pi * cycles / 256 * n)[::2]
        assert np.abs(np.fft.rfft(kept)).argmax() / 128 == discriminator._FOLDED.oracle(
            np.float64(cycles / 256)
        )
