import keras
import numpy as np
import pytest
import tensorflow as tf

from stylegan_tf import Config, Generator, data, latents, pretrained
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.editing.projection import feature_distance, nearest, noise_autocorrelation, project, schedule

SMALL = Config(
    resolution=8, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=2, fmap_base=64, fmap_max=16
)
QUIET = dict(progress=False)


@pytest.fixture(scope="module")
def small():
    """A generator with varied images in [-1, 1], and six of them with their w."""
    keras.utils.set_random_seed(1)
    G = Generator(SMALL)
    _, w = latents.sample(G, 1000)
    G.mapping.w_avg.assign(w.mean(axis=0))
    images = np.asarray(G.synthesis(G.broadcast(w[:100]), noise="fixed"))
    for variable in G.synthesis.to_rgb[8].trainable_variables:
        variable.assign(variable / np.abs(images).max())
    return G, w[:6], np.asarray(G.synthesis(G.broadcast(w[:6]), noise="fixed"))


def mean_error(G, images):
    mean = G.synthesis(G.broadcast(G.w_avg.value[None]), noise="fixed")
    return float(((np.asarray(mean) - images) ** 2).mean())


def test_a_generated_image_is_found_again_in_w(small):
    """The search may end in another valley: of six it does once.

    The rest are found to a thousandth of the start's error.
    """
    G, w, images = small
    found = project(G, images, steps=200, **QUIET)
    same = found.error < 1e-3 * mean_error(G, images)
    assert same.sum() >= 5
    np.testing.assert_allclose(found.latents[same], w[same], atol=0.05)
    redrawn = np.asarray(G.synthesis(found.ws, noise=found.noise))
    np.testing.assert_allclose(np.clip(redrawn, -1, 1), found.images, atol=1e-5)
    np.testing.assert_allclose(
        ((found.images - images) ** 2).mean(axis=(1, 2, 3)), found.error, rtol=1e-3, atol=1e-9
    )


def test_w_plus_finds_every_generated_image(small):
    G, _, images = small
    assert project(G, images, "w+", steps=200, **QUIET).error.max() < 0.2 * mean_error(G, images)


def test_in_z_an_image_is_found_through_the_mapping(small):
    G, _, images = small
    found = project(G, images, "z", steps=200, **QUIET)
    assert found.latents.shape == (6, 8)
    np.testing.assert_allclose(found.ws, G.broadcast(G.mapping(found.latents)), atol=1e-5)
    assert np.median(found.error) < 0.02 * mean_error(G, images)


def test_w_plus_reconstructs_real_digits_better_than_w():
    G, real = pretrained("mnist32").ema_generator, to_unit_range(data.load_digits().images[9000:9004])
    w, plus = (project(G, real, space, steps=50, **QUIET).error for space in ("w", "w+"))
    assert (plus <= w).all()
    assert plus.mean() < 0.5 * w.mean()


def test_an_image_does_not_depend_on_its_batch(small):
    G, _, images = small
    whole = project(G, images[:3], steps=20, **QUIET)
    parts = project(G, images[:3], steps=20, batch_size=2, **QUIET)
    np.testing.assert_allclose(parts.latents, whole.latents, atol=1e-3)


def test_the_seed_decides_the_search(small):
    G, _, images = small
    first, again, other = (project(G, images[:2], steps=10, seed=seed, **QUIET).latents for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-4


def test_nearest_finds_the_drawn_image_itself(small):
    G, w, images = small
    z, found = nearest(G, images, count=500)
    np.testing.assert_allclose(found, w, atol=1e-6)
    np.testing.assert_allclose(G.mapping(z), w, atol=1e-5)


def test_nearest_has_the_least_error_of_all_drawn_images(small):
    G, _, _ = small
    target = np.random.default_rng(2).uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    drawn = np.asarray(G.synthesis(G.broadcast(latents.sample(G, 300)[1]), noise="fixed"))
    found = np.asarray(G.synthesis(G.broadcast(nearest(G, target, count=300)[1]), noise="fixed"))
    for image, best in zip(target, found, strict=True):
        assert ((best - image) ** 2).mean() == pytest.approx(
            ((drawn - image) ** 2).mean(axis=(1, 2, 3)).min(), rel=1e-5
        )


def test_without_steps_forward_the_mean_of_w_is_drawn(small):
    G, _, images = small
    found = project(G, images, steps=1, **QUIET)
    np.testing.assert_allclose(found.ws, np.broadcast_to(G.w_avg, (6, 4, 8)), atol=1e-6)


def test_a_start_at_the_answer_stays_there(small):
    G, w, images = small
    found = project(G, images, "w+", steps=2, start=w, jitter=0.0, learning_rate=1e-6, **QUIET)
    assert found.error.max() < 1e-6


def test_noise_maps_lower_the_error_and_stay_noise(small):
    G, _, _ = small
    target = np.clip(np.random.default_rng(0).normal(size=(4, 8, 8, 1)) / 3, -1, 1)
    strengths = [e.noise.strength for b in G.synthesis.blocks.values() for e in (b.epilogue0, b.epilogue1)]
    for strength in strengths:
        strength.assign([0.3] * 16)
    plain = project(G, target, steps=60, **QUIET)
    free, bound = (
        project(G, target, steps=60, noise_maps=True, noise_weight=weight, **QUIET) for weight in (0.0, 1.0)
    )
    for strength in strengths:
        strength.assign([0.0] * 16)
    assert free.error.mean() < bound.error.mean() < plain.error.mean()
    assert noise_autocorrelation(bound.noise) < 0.5 * noise_autocorrelation(free.noise)
    for noise in bound.noise:
        np.testing.assert_allclose(noise.mean(axis=(1, 2, 3)), 0, atol=1e-5)
        np.testing.assert_allclose(noise.std(axis=(1, 2, 3)), 1, rtol=1e-3)


def test_features_draw_the_search_to_themselves(small):
    """A distance that sees the upper half only, with a large weight: that half gets closer than by pixels
    alone.
    """
    G, _, _ = small
    target = np.clip(np.random.default_rng(1).normal(size=(4, 8, 8, 1)) / 3, -1, 1).astype("float32")

    def upper(a, b):
        return tf.reduce_mean((a - b)[:, :4] ** 2, axis=(1, 2, 3))

    pixels, features = (
        project(G, target, steps=100, distance=d, distance_weight=100, **QUIET) for d in (None, upper)
    )
    assert pixels.feature_error is None
    np.testing.assert_allclose(features.feature_error, upper(features.images, target), rtol=1e-4)
    assert features.feature_error.mean() < float(np.mean(upper(pixels.images, target)))


def test_distance_of_features_is_their_mean_square():
    model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten()])
    a, b = np.zeros((2, 2, 2, 1), "float32"), np.full((2, 2, 2, 1), 3, "float32")
    np.testing.assert_allclose(feature_distance(model)(a, b), [9, 9])


def test_autocorrelation_tells_pictures_from_noise():
    """White noise of n pixels has squared correlations of about 1 / n; a checkerboard and a ramp have 1 and
    nearly 1.
    """
    noise = np.random.default_rng(0).normal(size=(1, 8, 8, 1)).astype("float32")
    board = (np.indices((8, 8)).sum(axis=0) % 2 * 2 - 1).astype("float32").reshape(1, 8, 8, 1)
    assert float(noise_autocorrelation([noise])) < 10 / 64
    assert float(noise_autocorrelation([board])) == pytest.approx(2)
    stripes = np.repeat(
        np.repeat(board, 2, axis=1), 2, axis=2
    )  # 16x16: uncorrelated with the next pixel, but not halved
    assert float(noise_autocorrelation([stripes])) == pytest.approx(2 * 2**4, rel=1e-5)


def test_schedule_rises_falls_and_quietens():
    assert schedule(0.0) == (0.0, 1.0)
    assert schedule(0.025) == pytest.approx((0.5, (1 - 0.025 / 0.75) ** 2))
    assert schedule(0.75) == pytest.approx((1.0, 0.0))
    assert schedule(0.875) == pytest.approx((0.5, 0.0))


REFUSED = {
    "space": (dict(space="v"), "no space 'v'; choose from z, w, w+"),
    "shape": (dict(images=np.zeros((2, 16, 16, 1))), r"this generator draws \(N, 8, 8, 1\)"),
    "range": (dict(images=np.full((2, 8, 8, 1), 255.0)), r"reach from 255 to 255; expected is \[-1, 1\]"),
    "start": (dict(start=np.zeros((2, 3))), r"start has shape \(2, 3\); space w expects \(2, 8\)"),
}


def test_noise_maps_of_a_generator_without_noise_are_told():
    with pytest.raises(ValueError, match="this generator has no noise"):
        project(Generator(SMALL.replace(noise=False)), np.zeros((1, 8, 8, 1)), noise_maps=True)


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_projected_is_told(small, case):
    given, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        project(small[0], **dict(images=np.zeros((2, 8, 8, 1)), **QUIET) | given)
