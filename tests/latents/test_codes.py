import numpy as np
import pytest
from support.helpers import PUBLIC, assert_close_to_max, claim, lod_of, stage

from stylegan_tf import Generator, latents


@pytest.fixture(scope="module")
def public(golden):
    return golden("public")


@pytest.fixture(scope="module")
def both(public, public_generator):
    """The styles of inputs/z and of inputs/z2."""
    G = public_generator
    return [np.asarray(G.broadcast(G.mapping(public[f"inputs/{name}"]))) for name in ("z", "z2")]


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


# The official numbers: interpolation

LERP = {"lerp/-0.5": -0.5, "lerp/0.3": 0.3, "lerp/1.0": 1.0, "lerp/1.5": 1.5}


@pytest.mark.parametrize("key", claim("blocks", *LERP))
def test_lerp_equals_official(golden, key):
    """The file has no inputs; the clipped form gives back both ends."""
    blocks = golden("blocks")
    a, b = blocks["outputs/lerp_clip/-0.5"], blocks["outputs/lerp_clip/1.5"]
    assert_close_to_max(latents.lerp(a, b, LERP[key]), blocks[f"outputs/{key}"], 1e-6)


# The official numbers: style mixing


@pytest.mark.parametrize("key", claim("public", "mixing/cutoff?/dlatents"))
def test_mixed_styles_equal_official(public, both, key):
    crossover = int(key.split("/")[1].removeprefix("cutoff"))
    mixed = latents.mix(*both, range(crossover, PUBLIC.num_layers))
    assert_close_to_max(mixed, public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "mixing/none/*"))
def test_styles_where_the_coin_fails_equal_official(public, both, key):
    """Layers that the stage does not use carry z2; the crossover is the count of those it does."""
    resolution, _ = stage(lod_of(key), PUBLIC.resolution)
    used = 2 * PUBLIC.resolutions.index(resolution) + 2
    assert_close_to_max(latents.mix(*both, range(used, PUBLIC.num_layers)), public[f"outputs/{key}"])


# Independent references


def test_lerp_goes_on_beyond_its_ends():
    np.testing.assert_allclose(
        latents.lerp(np.float32(1.0), np.float32(3.0), np.array([-1, 0, 0.25, 1, 2])), [-1, 1, 1.5, 3, 5]
    )


def test_slerp_of_perpendicular_vectors_is_a_rotation():
    a, b = np.array([[3.0, 0.0]], "float32"), np.array([[0.0, 0.2]], "float32")
    for t in (0.0, 0.25, 0.5, 1.0):
        expected = [[np.cos(t * np.pi / 2), np.sin(t * np.pi / 2)]]
        np.testing.assert_allclose(latents.slerp(a, b, t), expected, atol=1e-6)


def test_slerp_has_length_one_and_goes_at_constant_speed():
    a, b = draw(5, 16), draw(5, 16, seed=1)
    path = np.stack([latents.slerp(a, b, t) for t in np.linspace(0, 1, 6, dtype="float32")])
    np.testing.assert_allclose(np.linalg.norm(path, axis=-1), 1.0, rtol=1e-5)
    angles = np.arccos(np.clip(np.sum(path[1:] * path[:-1], axis=-1), -1, 1))
    np.testing.assert_allclose(angles, np.broadcast_to(angles[:1], angles.shape), atol=1e-4)


def test_slerp_takes_one_t_per_row():
    a, b, t = draw(3, 8), draw(3, 8, seed=1), np.array([[0.0], [0.4], [1.0]], "float32")
    rows = [np.asarray(latents.slerp(a[i : i + 1], b[i : i + 1], t[i])) for i in range(3)]
    np.testing.assert_allclose(latents.slerp(a, b, t), np.concatenate(rows), atol=1e-6)


@pytest.mark.parametrize("psi", [0.0, 0.5, 1.0, -1.0])
def test_truncation_scales_the_distance_to_the_mean(psi):
    ws, mean = draw(3, 6, 4), draw(4, seed=1)
    np.testing.assert_allclose(latents.truncate(ws, mean, psi), mean + psi * (ws - mean), atol=1e-6)


@pytest.mark.parametrize("cutoff", [0, 2, 6])
def test_truncation_stops_at_the_cutoff(cutoff):
    ws, mean = draw(3, 6, 4), draw(4, seed=1)
    truncated = np.asarray(latents.truncate(ws, mean, 0.5, cutoff))
    np.testing.assert_array_equal(truncated[:, cutoff:], ws[:, cutoff:])
    np.testing.assert_allclose(truncated[:, :cutoff], (mean + 0.5 * (ws - mean))[:, :cutoff], atol=1e-6)


@pytest.mark.parametrize(
    ("layers", "from_b"),
    [
        ([0, 3], [0, 3]),
        (range(2, 6), [2, 3, 4, 5]),
        (slice(4, None), [4, 5]),
        (1, [1]),
        ([], []),
        (slice(None), range(6)),
    ],
    ids=str,
)
def test_mixing_takes_the_named_layers_from_b(layers, from_b):
    a, b = draw(2, 6, 4), draw(2, 6, 4, seed=1)
    mixed = np.asarray(latents.mix(a, b, layers))
    for i in range(6):
        np.testing.assert_array_equal(mixed[:, i], (b if i in from_b else a)[:, i])


def test_mixing_one_source_with_many():
    a, b = draw(5, 6, 4), draw(1, 6, 4, seed=1)
    mixed = np.asarray(latents.mix(a, b, [5]))
    np.testing.assert_array_equal(mixed[:, 5], np.repeat(b[:, 5], 5, axis=0))


@pytest.mark.parametrize("layers", [[6], [-1], range(4, 9), 7])
def test_a_layer_that_does_not_exist_is_told(layers):
    with pytest.raises(ValueError, match="does not exist; this network has layers 0 to 5"):
        latents.mix(draw(1, 6, 4), draw(1, 6, 4), layers)


def test_styles_of_different_networks_are_told():
    with pytest.raises(ValueError, match=r"ws_a has shape \(1, 6, 4\) and ws_b \(1, 8, 4\)"):
        latents.mix(draw(1, 6, 4), draw(1, 8, 4), [0])


def test_a_seed_gives_the_same_latent_in_every_batch():
    np.testing.assert_array_equal(latents.from_seeds([7], 16)[0], latents.from_seeds(range(10), 16)[7])


def test_latents_of_seeds_are_standard_normal():
    z = latents.from_seeds(range(200), 64)
    assert z.shape == (200, 64)
    assert z.dtype == np.float32
    assert z.mean() == pytest.approx(0.0, abs=0.03)
    assert z.std() == pytest.approx(1.0, abs=0.03)


# Directions


def test_moving_adds_strength_times_deviation_along_the_direction():
    ws, direction = draw(3, 6, 4), latents.Direction([0, 2, 0, 0], deviation=1.5)
    np.testing.assert_allclose(latents.move(ws, direction, 2), ws + [0, 3, 0, 0], atol=1e-6)
    np.testing.assert_allclose(latents.move(ws[:, 0], direction, -1), ws[:, 0] - [0, 1.5, 0, 0], atol=1e-6)


def test_each_row_can_move_by_its_own_strength():
    ws, direction = draw(3, 6, 4), latents.Direction([1, 0, 0, 0], deviation=2)
    moved = np.asarray(latents.move(ws, direction, [0, 1, -2]))
    np.testing.assert_allclose((moved - ws)[..., 0], np.repeat([[0], [2], [-4]], 6, axis=1), atol=1e-6)


def test_only_the_named_layers_move():
    ws, direction = draw(3, 6, 4), latents.Direction([1, 0, 0, 0], deviation=1)
    difference = np.asarray(latents.move(ws, direction, 1, layers=range(2, 4))) - ws
    np.testing.assert_allclose(difference[..., 0], np.tile([0, 0, 1, 1, 0, 0], (3, 1)), atol=1e-6)


def test_latents_without_layers_are_told():
    with pytest.raises(ValueError, match=r"latents of shape \(3, 4\)"):
        latents.move(draw(3, 4), latents.Direction([1, 0, 0, 0], 1), 1, layers=[0])


def test_a_drawn_w_is_that_of_its_z_and_class():
    G = Generator(PUBLIC.replace(label_dim=3))
    z, w = latents.sample(G, 7, seed=4)
    assert len(np.unique(z)) == z.size
    np.testing.assert_allclose(w, G.mapping(z, np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2, 0]]), atol=1e-6)
    np.testing.assert_array_equal(z, latents.sample(G, 7, seed=4)[0])


def test_distance_from_w_counts_in_deviations_along_every_axis():
    """A Gaussian of known axes: k deviations along one of D axes add k^2 / D to the mean square."""
    rng, axes, scales = np.random.default_rng(0), np.linalg.qr(draw(4, 4))[0], np.array([0.1, 1, 3, 10])
    samples = 5 + rng.normal(size=(50_000, 4)) * scales @ axes
    for i in range(4):
        assert latents.mahalanobis((5 + 6 * scales[i] * axes[i])[None], samples) == pytest.approx(
            6 / 2, rel=0.02
        )


def test_samples_are_one_deviation_from_their_own_distribution():
    samples = draw(1000, 5) @ draw(5, 5, seed=1)
    assert np.mean(latents.mahalanobis(samples, samples) ** 2) == pytest.approx(1, rel=0.01)
    ws = samples.reshape(500, 2, 5)
    both = latents.mahalanobis(samples, samples).reshape(500, 2)
    np.testing.assert_allclose(latents.mahalanobis(ws, samples), np.sqrt((both**2).mean(axis=1)))


def test_too_few_samples_for_a_distribution_are_told():
    with pytest.raises(ValueError, match="9 samples of 5 dimensions"):
        latents.mahalanobis(draw(3, 5), draw(9, 5))
