from types import SimpleNamespace

import numpy as np
import pytest

from stylegan_tf.config import Config
from stylegan_tf.metrics.mixed import MixedLatents
from stylegan_tf.networks.generator import Generator

TINY = Config(
    resolution=16, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=32, fmap_max=8
)


def reader(layers=6, z_dim=3):
    """A generator whose w is z, and whose image is its styles."""
    config = SimpleNamespace(num_layers=layers, styles=True)
    return SimpleNamespace(
        config=config,
        z_dim=z_dim,
        mapping=lambda z, labels=None: z,
        broadcast=None,
        synthesis=lambda ws, noise: np.asarray(ws),
    )


def test_one_latent_is_the_generator_itself():
    G = Generator(TINY)
    z = np.random.default_rng(0).standard_normal((3, 8)).astype("float32")
    np.testing.assert_allclose(
        MixedLatents(G, 1)(z, noise="fixed"), np.asarray(G(z, noise="fixed")), atol=1e-5
    )


@pytest.mark.parametrize("count", [2, 3, 6])
def test_every_image_has_as_many_latents_each_in_one_run_of_layers(count):
    z = np.random.default_rng(0).standard_normal((50, 3)).astype("float32")
    ws = MixedLatents(reader(), count)(z)
    assert ws.shape == (50, 6, 3)
    np.testing.assert_array_equal(ws[:, 0], z)
    changes = (ws[:, 1:] != ws[:, :-1]).any(axis=2)
    np.testing.assert_array_equal(changes.sum(axis=1), count - 1)


def test_the_crossover_is_anywhere_alike():
    z = np.zeros((6000, 3), "float32")
    ws = MixedLatents(reader(), 2)(z)
    points = (ws[:, 1:] != ws[:, :-1]).any(axis=2).argmax(axis=1) + 1
    np.testing.assert_allclose(np.bincount(points, minlength=6)[1:] / 6000, 1 / 5, atol=0.02)


def test_other_latents_come_from_the_seed_and_go_on():
    z = np.zeros((4, 3), "float32")
    first, again = MixedLatents(reader(), 3, seed=5), MixedLatents(reader(), 3, seed=5)
    batch = first(z)
    np.testing.assert_array_equal(batch, again(z))
    assert (first(z) != batch).any()


def test_too_many_latents_or_no_styles_are_refused():
    with pytest.raises(ValueError, match="7 latents cannot share 6 layers"):
        MixedLatents(reader(), 7)
    plain = reader()
    plain.config.styles = False
    with pytest.raises(ValueError, match="has no styles"):
        MixedLatents(plain, 2)
