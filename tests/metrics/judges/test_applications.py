import hashlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.applications import vgg16

from stylegan_tf.metrics.judges import applications
from stylegan_tf.metrics.judges.applications import TAPS, InceptionFeatures, VGGDistance, weights_of


def images(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def saved(model, path):
    """Its weights in a file, and the file's sum."""
    model.save_weights(path)
    return dict(path=path, md5=hashlib.md5(path.read_bytes()).hexdigest())


@pytest.fixture(scope="module")
def inception():
    """Random weights: what is checked is how the network is used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(applications, "weights_of", lambda *_: None)
        return InceptionFeatures()


@pytest.fixture(scope="module")
def vgg(tmp_path_factory):
    model = vgg16.VGG16(include_top=False, weights=None)
    return model, VGGDistance(**saved(model, tmp_path_factory.mktemp("vgg") / "x.weights.h5"))


def test_inception_features_are_the_pooled_layer_of_clipped_resized_colour(inception):
    x = images(2, 20, 20, 1) * 1.5
    enlarged = tf.image.resize(np.clip(x, -1, 1).repeat(3, axis=3), (299, 299), method="bilinear")
    last = keras.Model(inception.model.input, inception.model.get_layer("mixed10").output)
    expected = np.asarray(last(enlarged)).mean(axis=(1, 2))
    found = inception(x, batch_size=1)
    assert found.shape == (2, 2048)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5 * np.abs(expected).max())


def test_vgg_distance_is_made_of_the_maps_of_keras(vgg):
    """Its input: BGR of [0, 255] less the means of ImageNet."""
    model, distance = vgg
    a, b = images(1, 32, 48, 3), images(1, 32, 48, 3, seed=1)
    network = keras.Model(model.input, [model.get_layer(name).output for name in TAPS])
    layers = []
    for maps in zip(
        *(network((x[..., ::-1] + 1) * 127.5 - np.float32([103.939, 116.779, 123.68])) for x in (a, b)),
        strict=True,
    ):
        one, other = (m / np.linalg.norm(m, axis=3, keepdims=True) for m in map(np.asarray, maps))
        layers.append(((one - other) ** 2).sum(axis=3).mean(axis=(1, 2)))
    np.testing.assert_allclose(distance.per_layer(a, b), layers, rtol=1e-3)
    np.testing.assert_allclose(distance(a, b), np.sum(layers, axis=0), rtol=1e-3)


def test_their_scores_have_names_of_their_own(inception, vgg):
    assert inception.name == "Keras Inception" and vgg[1].name == "VGG distance"


@pytest.mark.parametrize("network", applications.PUBLISHED)
def test_nothing_is_downloaded_unasked(tmp_path, monkeypatch, network):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="download=True to fetch"):
        weights_of(network)
    assert weights_of(network, download=True) == "imagenet"
    with pytest.raises(FileNotFoundError, match="x.h5 are not there"):
        weights_of(network, tmp_path / "x.h5", download=True)


def test_weights_that_keras_has_already_are_checked(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (folder := tmp_path / "models").mkdir()
    (file := folder / applications.PUBLISHED["vgg16"][0]).write_bytes(b"half")
    with pytest.raises(ValueError, match="has the md5 .* and not 6d6bbae1"):
        weights_of("vgg16")
    assert weights_of("vgg16", md5=hashlib.md5(b"half").hexdigest()) == str(file)
