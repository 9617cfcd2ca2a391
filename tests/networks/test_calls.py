"""A wrong call is refused before anything is computed, and leaves nothing behind; other Keras models can use ours."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.helpers import SMALL

from stylegan_tf import Discriminator, Generator

L = SMALL.num_layers


@pytest.fixture(scope="module")
def G():
    generator = Generator(SMALL)
    generator.w_avg.assign(np.random.default_rng(0).normal(size=SMALL.w_dim))
    return generator


@pytest.fixture(scope="module")
def z():
    return np.random.default_rng(1).normal(size=(SMALL.w_dim, SMALL.z_dim)).astype("float32")


def test_psi_for_each_sample_is_one_psi_a_sample(G, z):
    """As many samples as w has coordinates: only the right axis gives the right pictures."""
    psi = np.linspace(-0.5, 1.5, len(z)).astype("float32")
    together = np.asarray(G(z, psi=psi, noise="fixed"))
    for i in (0, 3, len(z) - 1):
        alone = np.asarray(G(z[i : i + 1], psi=float(psi[i]), noise="fixed"))
        np.testing.assert_allclose(together[i : i + 1], alone, atol=1e-5)


def wrong_calls(z):
    side = SMALL.resolution
    return {
        "psi has shape": dict(psi=np.ones(len(z) + 1, "float32")),
        "give one number, or one for each": dict(psi=np.ones((len(z), 1), "float32")),
        "alpha has shape": dict(alpha=np.ones(len(z), "float32")),
        "cutoff is 1.5": dict(cutoff=1.5),
        "cutoff is True": dict(cutoff=True),
        "resolution is 0": dict(resolution=0),
        "resolution is 12": dict(resolution=12),
        "noise is 'loud'": dict(noise="loud"),
        "noise is of type float": dict(noise=0.5),
        "noise has 2 arrays": dict(noise=[np.zeros((1, 4, 4, 1), "float32")] * 2),
        "noise of layer 0 has shape": dict(noise=[np.zeros((1, side, side, 1), "float32")] * L),
        "labels given to a mapping network": dict(labels=np.eye(3, dtype="float32")),
    }


@pytest.mark.parametrize("message", wrong_calls(np.zeros((8, 1))))
def test_a_wrong_call_is_refused_and_leaves_no_graph(G, z, message):
    before = np.asarray(G(z, noise="fixed"))
    graphs = len(G._graphs)
    with pytest.raises(ValueError, match=message):
        G(z, **wrong_calls(z)[message])
    assert len(G._graphs) == graphs
    np.testing.assert_array_equal(np.asarray(G(z, noise="fixed")), before)


@pytest.mark.parametrize("shape", [(5,), (2, SMALL.z_dim + 1), (2, 3, SMALL.z_dim)])
def test_latents_of_another_shape_are_refused(G, shape):
    with pytest.raises(ValueError, match="this network expects"):
        G(np.zeros(shape, "float32"))


def test_a_generator_is_a_layer_of_another_model(G, z):
    expected = np.asarray(G(z[:2], noise="fixed"))
    inputs = keras.Input((SMALL.z_dim,))
    functional = keras.Model(inputs, G(inputs, noise="fixed"))
    np.testing.assert_allclose(np.asarray(functional(z[:2])), expected, atol=1e-5)
    sequential = keras.Sequential([keras.Input((SMALL.z_dim,)), G])
    assert sequential(z[:2]).shape == expected.shape


def test_a_discriminator_is_a_layer_of_another_model():
    D = Discriminator(SMALL)
    images = np.random.default_rng(2).normal(size=(4, SMALL.resolution, SMALL.resolution, SMALL.channels))
    images = images.astype("float32")
    inputs = keras.Input(images.shape[1:])
    np.testing.assert_allclose(
        np.asarray(keras.Model(inputs, D(inputs))(images)), np.asarray(D(images)), atol=1e-5
    )


def test_channels_are_last_whatever_keras_is_set_to(z):
    generator, D = Generator(SMALL), Discriminator(SMALL)
    expected = np.asarray(generator(z[:4], noise="fixed"))
    score = np.asarray(D(expected))
    keras.config.set_image_data_format("channels_first")
    try:
        generator._graphs.clear()
        D._graphs.clear()
        np.testing.assert_allclose(np.asarray(generator(z[:4], noise="fixed")), expected, atol=1e-6)
        np.testing.assert_allclose(np.asarray(D(expected)), score, atol=1e-6)
    finally:
        keras.config.set_image_data_format("channels_last")


def test_functions_may_run_eagerly(G, z):
    expected = np.asarray(G(z[:2], noise="fixed"))
    tf.config.run_functions_eagerly(True)
    try:
        np.testing.assert_allclose(np.asarray(G(z[:2], noise="fixed")), expected, atol=1e-5)
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("name", ["x.h5", "x", "x.weights.h5", "x.keras.zip"])
def test_what_could_not_be_opened_again_is_not_written(G, tmp_path, name):
    with pytest.raises(ValueError, match=r"does not end in \.keras.*save to .*\.keras"):
        G.save(tmp_path / name)
    assert not list(tmp_path.iterdir())
