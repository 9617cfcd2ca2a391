"""Discs of sand: what is chance in them, and how it is told."""

import numpy as np
import pytest

from stylegan_tf import StyleGAN
from stylegan_tf.course import discs
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.metrics.batches import draw_images


def test_discs_differ_in_place_and_grains():
    images = discs.draw_discs(300)
    np.testing.assert_array_equal(images, discs.draw_discs(300))
    assert images.shape == (300, 16, 16, 1) and images.dtype == "uint8"
    assert discs.same_grains(images, images) == pytest.approx(1)
    assert abs(discs.same_grains(images, np.roll(images, 1, axis=0))) < 0.05


def test_the_middle_of_a_disc_moves_with_it():
    """The places are drawn first, so they can be drawn again; a move of the pixels moves them by as much."""
    images = discs.draw_discs(300, seed=4)
    truth = 7.5 + np.random.default_rng(4).uniform(-3, 3, (2, 300)).T
    found = discs.middles(images)
    assert np.abs(found - truth).mean() < 0.35
    moved = discs.middles(np.roll(images[:1], 1, axis=1))
    np.testing.assert_allclose(moved - found[:1], [[1, 0]], atol=0.3)


def test_the_same_grains_at_other_places_are_not_the_same():
    images = discs.draw_discs(300, seed=1)
    assert abs(discs.same_grains(images, np.roll(images, 1, axis=2))) < 0.3
    brighter = np.minimum(images.astype(int) + 20, 255).astype("uint8")
    assert discs.same_grains(images, brighter) > 0.95


def test_a_network_without_noise_draws_the_same_grains_again():
    """Two draws of the same z are one picture, since there is nothing else that could differ."""
    gan = StyleGAN(discs.config(noise=False, kimg=2, seed=1))
    gan.compile()
    gan.fit(discs.load_discs(1000), verbose=0)
    first, second = (to_uint8(draw_images(gan.ema_generator, 20, seed=1)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    with_noise = StyleGAN(discs.config(noise=True)).generator
    assert any("noise" in weight.path for weight in with_noise.weights)
    assert not any("noise" in weight.path for weight in gan.generator.weights)
