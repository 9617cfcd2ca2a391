"""A wrong call is refused before anything is computed, and leaves nothing behind; other Keras models can use ours."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.helpers import SMALL, assert_close_to_max

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
        assert_close_to_max(together[i : i + 1], alone)


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
    assert_close_to_max(np.asarray(functional(z[:2])), expected)
    sequential = keras.Sequential([keras.Input((SMALL.z_dim,)), G])
    assert sequential(z[:2]).shape == expected.shape


def test_a_discriminator_is_a_layer_of_another_model():
    D = Discriminator(SMALL)
    images = np.random.default_rng(2).normal(size=(4, SMALL.resolution, SMALL.resolution, SMALL.channels))
    images = images.astype("float32")
    inputs = keras.Input(images.shape[1:])
    assert_close_to_max(np.asarray(keras.Model(inputs, D(inputs))(images)), np.asarray(D(images)))


def test_channels_are_last_whatever_keras_is_set_to(z):
    generator, D = Generator(SMALL), Discriminator(SMALL)
    expected = np.asarray(generator(z[:4], noise="fixed"))
    score = np.asarray(D(expected))
    keras.config.set_image_data_format("channels_first")
    try:
        generator._graphs.clear()
        D._graphs.clear()
        np.testing.assert_allclose(np.asarray(generator(z[:4], noise="fixed")), expected)
        assert_close_to_max(np.asarray(D(expected)), score)
    finally:
        keras.config.set_image_data_format("channels_last")


def test_functions_may_run_eagerly(G, z):
    expected = np.asarray(G(z[:2], noise="fixed"))
    tf.config.run_functions_eagerly(True)
    try:
        assert_close_to_max(np.asarray(G(z[:2], noise="fixed")), expected)
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("name", ["x.h5", "x", "x.weights.h5", "x.keras.zip"])
def test_what_could_not_be_opened_again_is_not_written(G, tmp_path, name):
    with pytest.raises(ValueError, match=r"does not end in \.keras.*save to .*\.keras"):
        G.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_exported_network_takes_batches_of_any_size_after_any_call(tmp_path, z):
    """The traces of other calls, a smaller stage among them, must not be what is exported."""
    generator = Generator(SMALL.replace(noise=False))
    generator(z[:3], psi=0.5, resolution=8)
    generator.export(tmp_path / "G", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "G")
    assert_close_to_max(np.asarray(loaded.serve(z[:2])), np.asarray(generator(z[:2])))
    assert loaded.serve(z[:5]).shape[0] == 5


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning")
def test_a_generator_with_fixed_noise_becomes_a_lite_model(tmp_path, G, z):
    inputs = keras.Input((SMALL.z_dim,))
    keras.Model(inputs, G(inputs, noise="fixed")).export(tmp_path / "G", verbose=False)
    lite = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "G")).convert()
    interpreter = tf.lite.Interpreter(model_content=lite)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], z[:1])
    interpreter.invoke()
    found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    assert_close_to_max(found, np.asarray(G(z[:1], noise="fixed")))


def test_a_conditional_network_is_not_exported_without_labels(tmp_path):
    with pytest.raises(ValueError, match="label_dim = 3 needs labels"):
        Discriminator(SMALL.replace(label_dim=3)).export(tmp_path / "D")
