import numpy as np
import pytest
from PIL import Image

from stylegan_tf import Config, Generator, latents
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.figures import paper


def make(**changes):
    tiny = dict(
        resolution=8,
        channels=3,
        z_dim=8,
        w_dim=8,
        mapping_width=8,
        mapping_layers=2,
        fmap_base=32,
        fmap_max=8,
    )
    G = Generator(Config(**{**tiny, **changes}))
    G.w_avg.assign(np.random.default_rng(0).normal(size=G.w_avg.shape) * 0.2)
    return G


def test_official_seeds_draw_what_numpy_drew_in_2019():
    """The first numbers of RandomState(5).randn, which NumPy keeps the same in all versions."""
    drawn = latents.from_official_seeds([5, 91], 3)
    np.testing.assert_allclose(drawn[0], [0.441227, -0.330870, 2.430771], atol=1e-6)
    assert drawn.shape == (2, 3) and drawn.dtype == np.float32


@pytest.mark.parametrize("channels", [1, 3])
def test_uncurated_columns_hold_the_stream_in_order_truncated_in_the_first_layers(channels):
    """Each image at the side of its column: 256, 128, 64, 64, 32, 32 dots here."""
    G = make(channels=channels)
    page = np.asarray(paper.uncurated(G, seed=7, psi=0.5, cutoff=3).convert("RGB"))
    assert page.shape == (3 * 256, 256 + 128 + 64 + 64 + 32 + 32, 3)
    z = np.random.RandomState(7).randn(3 * (1 + 2 + 4 + 4 + 8 + 8), 8).astype("float32")
    images = to_uint8(G(z, psi=0.5, cutoff=3, noise="fixed"))
    for index, (x, y, side) in {
        0: (0, 0, 256),
        2: (0, 512, 256),
        3: (256, 0, 128),
        8: (256, 640, 128),
        80: (544, 736, 32),
    }.items():
        image = np.broadcast_to(images[index], (8, 8, 3)).repeat(32, axis=0).repeat(32, axis=1)
        expected = Image.fromarray(image).resize((side, side), Image.Resampling.LANCZOS)
        np.testing.assert_allclose(
            page[y : y + side, x : x + side].astype(int), np.asarray(expected).astype(int), atol=1
        )


def test_uncurated_is_truncated_as_the_official_default():
    G = make()
    assert np.array_equal(paper.uncurated(G), paper.uncurated(G, seed=5, psi=0.7, cutoff=8))
    assert not np.array_equal(paper.uncurated(G), paper.uncurated(G, psi=1.0))
