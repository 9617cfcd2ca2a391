"""Lesson 04: each wrong answer that students give is caught and named; right ones written differently pass."""

import keras
import numpy as np
import tensorflow as tf

import stylegan_tf as sg
from stylegan_tf.checks import mapping
from stylegan_tf.networks.layers import pixel_norm
from stylegan_tf.networks.mapping import MappingNetwork


def layer(x, kernel, bias, slope=0.2):
    y = x @ kernel + bias
    return np.maximum(y, 0) + slope * np.minimum(y, 0)


def he(kernel, gain=2**0.5):
    return gain / np.sqrt(kernel.shape[0])


WRONG = {
    sg.checks.check_mapping_layer: [
        (lambda x, k, b, m: layer(x, k * he(k) * m, b), "bias is not multiplied"),
        (lambda x, k, b, m: layer(x, k * he(k), b * m), "kernel is not multiplied"),
        (lambda x, k, b, m: layer(x, k * he(k) * m, b * he(k) * m), "kernel alone"),
        (lambda x, k, b, m: layer(x, k * he(k, 1) * m, b * m), "root of 2"),
        (lambda x, k, b, m: layer(x, k * he(k.T) * m, b * m), "number of outputs"),
        (lambda x, k, b, m: x @ (k * he(k) * m) + b * m, "leaky ReLU is missing"),
        (lambda x, k, b, m: layer(x, k * he(k) * m, b * m, 0), "is a ReLU"),
        (lambda x, k, b, m: layer(x, k * he(k) * m, b * m, 0.3), "Keras's default"),
        (lambda x, k, b, m: layer(x, k * he(k) * m, b * m, 0.01), "PyTorch's default"),
    ],
    sg.checks.check_share_of_w: [
        (lambda w: np.var(w) / np.mean(np.square(w)), "all entries together"),
        (lambda w: np.mean(w.var(0) / np.square(w).mean(0)), "average the shares"),
        (lambda w: w.var(0).sum() / np.square(w.mean(0)).sum(), "only the common part"),
        (lambda w: np.linalg.norm(w - w.mean(0)) / np.linalg.norm(w), "root mean square"),
        (lambda w: 1 - np.square(w - w.mean(0)).sum() / np.square(w).sum(), "common to all codes"),
        (lambda w: w.var(axis=1).mean() / np.square(w).mean(), "axis 0"),
        (lambda w: np.var(w, axis=0) / np.mean(w**2, axis=0), "for each number"),
        (lambda w: w.var(axis=0).sum(), "off by"),
    ],
    sg.checks.check_running_mean: [
        (lambda a, w, beta: (1 - beta) * a + beta * w.mean(0), "old average"),
        (lambda a, w, beta: a * beta + w * (1 - beta), "averaged first"),
        (lambda a, w, beta: a * beta + w[0] * (1 - beta), "only the first"),
        (lambda a, w, beta: a + w.mean(0) * (1 - beta), "add up to 1"),
        (lambda a, w, beta: (a + w.mean(0)) / 2, "whatever beta"),
    ],
}


RIGHT = [
    (sg.checks.check_mapping_layer, lambda x, k, b, m: layer(m * x, k * he(k), m * b)),
    (sg.checks.check_mapping_layer, lambda x, k, b, m: tf.nn.leaky_relu(m * (he(k) * x @ k + b), 0.2)),
    (sg.checks.check_mapping_layer, lambda x, k, b, m: m * keras.ops.leaky_relu(x @ (k * he(k)) + b, 0.2)),
    (sg.checks.check_share_of_w, lambda w: np.square(w - w.mean(0)).sum() / np.square(w).sum()),
    (sg.checks.check_share_of_w, lambda w: 1 - tf.reduce_sum(w.mean(0) ** 2) / (w**2).mean(0).sum()),
    (sg.checks.check_running_mean, lambda a, w, beta: w.mean(0) + (a - w.mean(0)) * beta),
    (sg.checks.check_running_mean, lambda a, w, beta: sg.latents.lerp(w.mean(0), a, beta)),
]


def test_pixel_norm_and_the_answer_together_are_the_mapping_network():
    network = MappingNetwork(6, 5, 7, layers=3)
    network.build()
    x = z = np.random.default_rng(0).standard_normal((4, 6)).astype("float32")
    x = np.asarray(pixel_norm(x))
    for dense in network.dense:
        x = mapping._MAPPING_LAYER.oracle(x, dense.kernel.numpy(), dense.bias.numpy() + 30, 0.01)
        dense.bias.assign(dense.bias + 30)
    np.testing.assert_allclose(network(z), x, rtol=1e-4, atol=1e-5)
