import keras
import numpy as np
import pytest

from stylegan_tf import Config, Generator, latents
from stylegan_tf.editing.encoder import build_encoder, train_encoder
from stylegan_tf.editing.projection import project

SMALL = Config(
    resolution=8, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=2, fmap_base=64, fmap_max=16
)


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(1)
    G = Generator(SMALL)
    z, w = latents.sample(G, 1000, seed=5)
    G.mapping.w_avg.assign(w.mean(axis=0))
    scale = np.abs(G(z[:200], noise="fixed")).max()
    for variable in G.synthesis.to_rgb[8].trainable_variables:
        variable.assign(variable / scale)
    images = np.asarray(G.synthesis(G.broadcast(w[:20]), noise="fixed"))
    return G, train_encoder(G, kimg=12, progress=False), w[:20], images


def test_encoder_tells_most_of_w_from_new_images(trained):
    _, encoder, w, images = trained
    guess = encoder.predict(images, verbose=0)
    assert ((guess - w) ** 2).mean() < 0.2 * w.var(axis=0).mean()


def test_encoder_start_beats_mean_start_at_few_steps(trained):
    G, encoder, _, images = trained
    start = encoder.predict(images, verbose=0)
    few = dict(steps=20, jitter=0.0, batch_size=20, progress=False)
    assert project(G, images, start=start, **few).error.mean() < 0.5 * project(G, images, **few).error.mean()


def test_the_seed_decides_the_encoder(trained):
    G, _, _, images = trained
    first, again, other = (
        train_encoder(G, 0.2, seed=seed, progress=False).predict(images, verbose=0) for seed in (0, 0, 1)
    )
    np.testing.assert_allclose(first, again, atol=1e-6)
    assert np.abs(first - other).max() > 1e-3


def test_encoder_can_be_saved_and_loaded(trained, tmp_path):
    _, encoder, _, images = trained
    encoder.save(tmp_path / "encoder.keras")
    loaded = keras.saving.load_model(tmp_path / "encoder.keras")
    np.testing.assert_allclose(
        loaded.predict(images, verbose=0), encoder.predict(images, verbose=0), atol=1e-6
    )


def test_untrained_encoder_guesses_about_the_mean_in_its_deviations():
    mean, deviation = np.arange(8.0), np.linspace(0.1, 2, 8)
    small, large = (
        build_encoder(SMALL, m, s).predict(np.ones((1, 8, 8, 1)), verbose=0)[0]
        for m, s in ((mean, deviation), (0 * mean, deviation / deviation))
    )
    np.testing.assert_allclose((small - mean) / deviation, large, rtol=1e-4, atol=1e-5)
