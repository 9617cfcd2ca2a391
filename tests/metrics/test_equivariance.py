import numpy as np
import pytest
from support.helpers import audible_generator

import stylegan_tf as sg
from stylegan_tf.metrics.equivariance import drawn_with_a_shift, shifted, translation_equivariance
from stylegan_tf.networks.sampling import images_of, styles_of


def test_a_whole_shift_is_a_roll():
    maps = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    for pixels in (0, 1, 3, -2):
        np.testing.assert_allclose(shifted(maps, pixels), np.roll(maps, pixels, axis=2), atol=1e-5)


def test_a_part_of_a_pixel_moves_a_sine_by_just_that():
    x = np.arange(16)
    waves = [np.sin(2 * np.pi * 3 * (x - move) / 16) for move in (0.0, 0.3)]
    still, moved = (np.tile(wave[None, None, :, None], (1, 4, 1, 1)) for wave in waves)
    np.testing.assert_allclose(shifted(still, 0.3), moved, atol=1e-6)


def test_without_a_shift_it_is_the_image():
    G = audible_generator()
    drawn, image = (
        drawn_with_a_shift(G, styles_of(G, [3, 5]), 0, 8, "fixed"),
        images_of(G, [3, 5], noise="fixed"),
    )
    np.testing.assert_allclose(drawn, image, rtol=1e-5, atol=1e-5)  # float32, and values up to 6
    assert translation_equivariance(G, styles_of(G, [3]), 0, 8) > 100


@pytest.fixture(scope="module")
def digits():
    return sg.pretrained("mnist32").ema_generator


def test_digits_move_by_whole_pixels_of_the_map_and_not_by_halves(digits):
    """Of 16x16 maps, two pixels of the image are one; the network answers to nothing between."""
    whole, half = (
        translation_equivariance(digits, styles_of(digits, range(8)), pixels, 16) for pixels in (2, 1)
    )
    assert whole > half + 15


def test_noise_stays_where_it_is(digits):
    """Noise of the last block, made loud: the digit moves and the noise does not."""
    layer, ws = digits.synthesis.blocks[32].epilogue1.noise, styles_of(digits, range(8))
    before = np.asarray(layer.strength)
    layer.strength.assign(np.full(before.shape, 0.5))
    try:
        loud, silent = (translation_equivariance(digits, ws, 2, 16, noise) for noise in ("fixed", "none"))
    finally:
        layer.strength.assign(before)
    assert loud < silent - 10


def test_a_block_that_is_not_there_is_named():
    G = audible_generator()
    with pytest.raises(ValueError, match="at is 32; this network has blocks of side 4, 8, 16"):
        drawn_with_a_shift(G, styles_of(G, [3]), 1, 32)
