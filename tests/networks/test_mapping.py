import math

import keras
import numpy as np
import pytest
from support.helpers import PUBLIC, SMALL, assert_close_to_max, check_layer, claim

from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.layers import pixel_norm
from stylegan_tf.networks.mapping import MappingNetwork


@pytest.fixture(scope="module")
def public(golden):
    return golden("public")


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def small(**changes):
    settings = dict(z_dim=6, w_dim=5, width=4, layers=3)
    return MappingNetwork(**{**settings, **changes})


# The official numbers


@pytest.mark.parametrize("key", claim("public", "w", "w2"))
def test_w_equals_official(public, public_generator, key):
    z = public["inputs/z2" if key == "w2" else "inputs/z"]
    assert_close_to_max(public_generator.mapping(z), public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "z_normalized"))
def test_normalised_z_equals_official(public, key):
    """A mapping network without layers is the normalisation."""
    mapping = MappingNetwork(PUBLIC.z_dim, PUBLIC.z_dim, layers=0)
    assert_close_to_max(mapping(public["inputs/z"]), public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "dlatents"))
def test_broadcast_equals_official(public, public_generator, key):
    ws = public_generator.broadcast(public_generator.mapping(public["inputs/z"]))
    assert_close_to_max(ws, public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "dlatent_avg_after_one_update"))
def test_running_average_equals_official(public, public_generator, key):
    mapping = public_generator.mapping
    before = np.asarray(mapping.w_avg)
    mapping.update_average(mapping(public["inputs/z"]), beta=0.995)
    after = np.asarray(mapping.w_avg)
    mapping.w_avg.assign(before)
    assert_close_to_max(after, public[f"outputs/{key}"], 1e-6)


# Independent references


def test_each_layer_is_a_scaled_product_a_bias_and_a_leaky_relu():
    mapping, z = small(), draw(3, 6)
    mapping.build()
    for i, dense in enumerate(mapping.dense):
        dense.bias.assign(100 * draw(dense.units, seed=i))
    w = z / np.sqrt(np.mean(z**2, axis=1, keepdims=True) + 1e-8)
    for dense in mapping.dense:
        kernel, bias = np.asarray(dense.kernel), np.asarray(dense.bias)
        w = w @ kernel * (0.01 * math.sqrt(2 / kernel.shape[0])) + 0.01 * bias
        w = np.where(w >= 0, w, 0.2 * w)
    assert_close_to_max(mapping(z), w, 1e-5)


def test_stored_weights_are_large_for_the_small_learning_rate():
    """Deviation 1 / lr_multiplier = 100 (official networks_stylegan.py: get_weight)."""
    mapping = MappingNetwork(width=200, layers=2, z_dim=200, w_dim=200)
    mapping.build()
    assert np.std(mapping.dense[0].kernel) == pytest.approx(100.0, rel=0.02)


def test_only_the_direction_of_z_counts():
    mapping, z = small(), draw(3, 6)
    np.testing.assert_allclose(mapping(50.0 * z), mapping(z), rtol=1e-4)


def test_without_normalisation_the_length_of_z_counts():
    mapping, z = small(normalize=False), draw(3, 6)
    np.testing.assert_allclose(mapping(2.0 * z), 2.0 * mapping(z), rtol=1e-5)


def test_no_layers_give_the_normalised_z():
    z = draw(3, 6)
    np.testing.assert_array_equal(small(layers=0, w_dim=6)(z), pixel_norm(z))


def test_a_class_is_a_vector_beside_z_before_the_normalisation():
    z, labels = draw(2, 6), np.eye(3, dtype="float32")[[2, 0]]
    mapping = small(layers=0, w_dim=12, label_dim=3)
    mapping.build()
    joined = np.concatenate([z, np.asarray(mapping.embedding)[[2, 0]]], axis=1)
    assert_close_to_max(mapping(z, labels), pixel_norm(joined), 1e-6)


def test_running_average_converges_to_the_mean():
    mapping, w = small(), draw(4, 5)
    mapping.build()
    for _ in range(200):
        mapping.update_average(w, beta=0.9)
    np.testing.assert_allclose(mapping.w_avg, w.mean(axis=0), atol=1e-6)


def test_broadcast_repeats_one_w_for_every_layer():
    w = draw(2, SMALL.w_dim)
    ws = Generator(SMALL).broadcast(w)
    np.testing.assert_array_equal(ws, np.repeat(w[:, None], SMALL.num_layers, axis=1))


# Messages


def test_wrong_length_of_z_is_told():
    with pytest.raises(ValueError, match=r"z has length 7; this network expects \(batch, 6\)"):
        small()(draw(2, 7))


def test_missing_labels_are_told():
    with pytest.raises(ValueError, match="no labels given to a mapping network of label_dim = 3"):
        small(label_dim=3)(draw(2, 6))


def test_unwanted_labels_are_told():
    with pytest.raises(ValueError, match="labels given to a mapping network of label_dim = 0"):
        small()(draw(2, 6), draw(2, 3))


# What holds for every layer


@pytest.mark.parametrize(
    ("changes", "trainable"),
    [
        ({}, (6 * 4 + 4) + (4 * 4 + 4) + (4 * 5 + 5)),
        (dict(layers=1), 6 * 5 + 5),
        (dict(layers=0, w_dim=6), 0),
        (dict(activation="relu", normalize=False, equalized=False, lr_multiplier=0.5), 28 + 20 + 25),
    ],
)
def test_mapping_keeps_the_rules(changes, trainable):
    mapping = small(**changes)
    check_layer(mapping, draw(2, 6), shape=(2, mapping.w_dim), trainable=trainable, fixed=mapping.w_dim)


def test_conditional_mapping_keeps_the_rules():
    labels = np.eye(3, dtype="float32")[:2]
    check_layer(
        small(label_dim=3),
        draw(2, 6),
        labels,
        shape=(2, 5),
        trainable=3 * 6 + (12 * 4 + 4) + 20 + 25,
        fixed=5,
    )


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16"])
def test_half_precision_is_near_full_precision(dtype):
    full, half, z = small(), small(dtype=dtype), draw(8, 6)
    expected = full(z)
    half.build()
    half.set_weights(full.get_weights())
    actual = half(z)
    assert keras.backend.standardize_dtype(actual.dtype) == "float16"
    assert_close_to_max(actual, expected, 5e-3)
