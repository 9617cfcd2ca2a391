"""Lesson 02: every wrong answer that students are known to give is caught and named; right ones written
differently pass.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import stylegan_tf as sg


def doubled(x):
    return np.kron(x, np.ones((1, 2, 2, 1)))


def rms(x, axis):
    return np.sqrt((x * x).mean(axis=axis, keepdims=True) + 1e-8)


def summed(g, count=1):
    """The sum of each 2x2, divided by count."""
    return keras.ops.convert_to_numpy(keras.layers.AveragePooling2D(2)(g)) * 4 / count


# check -> [(a student's wrong answer, words of the sentence that names it)]
WRONG = {
    sg.checks.check_to_rgb: [
        (lambda x, w, b: np.einsum("bhwc,ck->bhwk", x, w), "bias is missing"),
        (lambda x, w, b: np.tanh(np.einsum("bhwc,ck->bhwk", x, w) + b), "tanh"),
        (lambda x, w, b: np.clip(np.einsum("bhwc,ck->bhwk", x, w) + b, 0, None), "cut off"),
        (lambda x, w, b: (x[..., None] * w).mean(axis=3) + b, "it is a sum"),
        (
            lambda x, w, b: np.ones_like(x) * x.mean(axis=(1, 2), keepdims=True) @ w + b,
            "average over the pixels",
        ),
        (lambda x, w, b: x @ w[:4] + b, "ValueError"),
    ],
    sg.checks.check_fade: [
        (lambda old, new, alpha: alpha * doubled(old) + (1 - alpha) * new, "gave it to the old one"),
        (
            lambda old, new, alpha: (
                alpha * new + (1 - alpha) * np.concatenate([np.concatenate([old] * 2, 1)] * 2, 2)
            ),
            "np.repeat",
        ),
        (
            lambda old, new, alpha: (
                alpha * new + (1 - alpha) * keras.layers.UpSampling2D(interpolation="bilinear")(old)
            ),
            "smoothly",
        ),
        (lambda old, new, alpha: doubled(old) + alpha * new, "keeps its full weight"),
        (lambda old, new, alpha: new + (1 - alpha) * doubled(old), "from the start"),
        (lambda old, new, alpha: np.where(alpha > 0.5, new, doubled(old)), "switch"),
        (lambda old, new, alpha: old, "shape"),
    ],
    sg.checks.check_fade_gradients: [
        (lambda g, alpha: (alpha * g, (1 - alpha) * summed(g, 4)), "add up"),
        (lambda g, alpha: (g, (1 - alpha) * summed(g)), "the new branch gets the whole gradient"),
        (lambda g, alpha: (alpha * g, summed(g)), "the old branch gets the whole gradient"),
        (lambda g, alpha: (g, summed(g)), "neither branch"),
        (lambda g, alpha: ((1 - alpha) * g, alpha * summed(g)), "gave it to the old one"),
        (lambda g, alpha: (alpha * g, (1 - alpha) * g[:, 0::2, 0::2]), "one pixel of each 2x2"),
        (lambda g, alpha: ((1 - alpha) * summed(g), alpha * g), "wrong order"),
        (lambda g, alpha: (alpha * g, (1 - alpha) * g), "shape"),
        (lambda g, alpha: alpha * g, "shape"),
    ],
    sg.checks.check_scale: [
        (lambda s: (2 / s[-2]) ** 0.5, "left out the k * k"),
        (lambda s: 1 / np.sqrt(s[0] * s[1] * s[2]), "gain"),
        (lambda s: np.sqrt(2) / np.sqrt(s[0] * s[1] * s[3]), "fan_out"),
        (lambda s: 2 / (s[0] * s[1] * s[2]), "variance"),
        (lambda s: np.sqrt(2 / np.prod(s)), "all numbers of the kernel"),
        (lambda s: 2 / np.sqrt(np.prod(s[:3])), "fan_in only"),
        (lambda s: np.sqrt(np.prod(s[:3]) / 2), "off by"),
    ],
    sg.checks.check_pixel_norm: [
        (lambda x: x / np.sqrt((x**2).sum(axis=3, keepdims=True) + 1e-8), "root of the sum"),
        (lambda x: x / rms(x, (1, 2)), "over the pixels"),
        (lambda x: (c := x - x.mean(axis=3, keepdims=True)) / rms(c, 3), "layer normalisation"),
        (lambda x: x / rms(x, 3) ** 2, "root is missing"),
        (lambda x: x / rms(x, (1, 2, 3)), "off by"),
    ],
}


def test_a_pixel_without_any_size_is_named():
    with pytest.raises(sg.checks.WrongAnswer, match="0 / 0"), np.errstate(invalid="ignore"):
        sg.checks.check_pixel_norm(lambda x: x / np.sqrt((x**2).mean(axis=-1, keepdims=True)))


def to_rgb_by_convolution(x, w, b):
    return tf.nn.conv2d(x, w[None, None], 1, "SAME") + b


RIGHT = [
    (sg.checks.check_to_rgb, to_rgb_by_convolution),
    (sg.checks.check_to_rgb, lambda x, w, b: (x.reshape(-1, len(w)) @ w + b).reshape(*x.shape[:3], -1)),
    (sg.checks.check_fade, lambda old, new, alpha: sg.latents.lerp(doubled(old), new, alpha)),
    (
        sg.checks.check_fade,
        lambda old, new, alpha: alpha * new + (1 - alpha) * keras.layers.UpSampling2D()(old),
    ),
    (sg.checks.check_fade_gradients, lambda g, alpha: (alpha * g, (1 - alpha) * summed(g))),
    (
        sg.checks.check_fade_gradients,
        lambda g, alpha: [
            g - (1 - alpha) * g,
            (1 - alpha) * sum(g[:, i::2, j::2] for i in (0, 1) for j in (0, 1)),
        ],
    ),
    (sg.checks.check_scale, lambda s: np.sqrt(2.0) / np.sqrt(np.prod(s[:-1]))),
    (sg.checks.check_scale, lambda s: (2.0 * s[3] / np.prod(s)) ** 0.5),
    (sg.checks.check_pixel_norm, lambda x: x * tf.math.rsqrt(tf.reduce_mean(x**2, -1, keepdims=True) + 1e-8)),
    (sg.checks.check_pixel_norm, sg.layers.PixelNorm()),
]
