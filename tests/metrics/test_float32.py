"""What is measured does not depend on the precision of training, nor on Keras's global settings."""

import keras
import numpy as np
import pytest
from support.helpers import SMALL

from stylegan_tf import Generator
from stylegan_tf.metrics.batches import draw_images
from stylegan_tf.metrics.entanglement import z_share
from stylegan_tf.metrics.judges.features import DigitsJudge
from stylegan_tf.metrics.path_length import perceptual_path_length
from stylegan_tf.networks.float32 import in_float32


def pixels(a, b):
    return np.mean((np.asarray(a, "float64") - np.asarray(b, "float64")) ** 2, axis=(1, 2, 3))


@pytest.fixture(scope="module")
def trained():
    generator = Generator(SMALL, dtype="float32")
    rng = np.random.default_rng(0)
    for variable in generator.trainable_weights:
        if "noise" in variable.path:
            variable.assign(0.3 * rng.normal(size=variable.shape))
    return generator


def of_precision(trained, precision):
    generator = Generator(SMALL.replace(precision=precision), dtype=f"mixed_{precision}")
    generator.set_weights(trained.get_weights())
    return generator


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_a_measure_of_16_bits_is_that_of_its_weights(trained, precision):
    half = of_precision(trained, precision)
    length = dict(distance=pixels, sampling="end", samples=16, progress=False)
    assert perceptual_path_length(half, **length).mean == pytest.approx(
        perceptual_path_length(trained, **length).mean, rel=1e-5
    )
    np.testing.assert_allclose(draw_images(half, 4), draw_images(trained, 4), atol=1e-5)
    assert z_share(half) == pytest.approx(z_share(trained), abs=1e-5)


def test_the_copy_follows_the_weights(trained):
    half = of_precision(trained, "float16")
    first = in_float32(half)
    half.set_weights([2 * value for value in half.get_weights()])
    assert in_float32(half) is first
    np.testing.assert_array_equal(first.get_weights()[0], half.get_weights()[0])
    assert in_float32(trained) is trained


@pytest.mark.parametrize("setting", ["mixed_float16", "float64", "channels_first"])
def test_a_judge_does_not_inherit_settings(setting):
    images = np.random.default_rng(1).uniform(-1, 1, (3, 32, 32, 1)).astype("float32")
    expected = DigitsJudge()(images)
    policy = keras.config.dtype_policy()
    try:
        if setting == "channels_first":
            keras.config.set_image_data_format(setting)
        else:
            keras.config.set_dtype_policy(setting)
        found = DigitsJudge()(images)
    finally:
        keras.config.set_dtype_policy(policy)
        keras.config.set_image_data_format("channels_last")
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
