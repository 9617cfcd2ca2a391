import numpy as np
import pytest

from stylegan_tf import Config, Generator, latents
from stylegan_tf.metrics.entanglement import (
    layer_factor_atlas,
    leakage,
    read_styles,
    variance_budget,
    z_share,
)

SMALL = Config(
    resolution=8, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=32, fmap_max=8
)
NAMES = ("size", "colour", "stem")


class Linear:
    """Draws its factors as pixels: (N, 1, 1, J) = sum over the layers l of ws[:, l] @ weights[l], weights (L,
    D, J).
    """

    config = SMALL  # for its resolution, which sets the size of a batch

    def __init__(self, weights):
        self.weights = np.asarray(weights, "float64")

    def synthesis(self, ws, noise):
        assert noise == "fixed"
        return np.einsum("nld,ldj->nj", np.asarray(ws), self.weights)[:, None, None]


def read(images):
    return dict(zip(NAMES, images[:, 0, 0].T, strict=True))


def axes(deviations=(1.0, 2.0, 0.5)):
    return {
        name: latents.Direction(axis, s) for name, axis, s in zip(NAMES, np.eye(3), deviations, strict=True)
    }


def styles(count, layers=1, seed=0):
    return np.random.default_rng(seed).normal(size=(count, layers, 3)).astype("float32")


def test_nothing_leaks_where_every_factor_has_its_own_axis():
    found = leakage(Linear(np.eye(3)[None]), styles(20), axes(), read)
    np.testing.assert_allclose(found.matrix, np.eye(3), atol=1e-5)
    np.testing.assert_allclose(found.change, np.diag([1, 2, 0.5]), atol=1e-5)
    np.testing.assert_allclose(found.standard_error, 0, atol=1e-6)


def test_leakage_is_in_the_factors_own_units():
    """Colour 10 times its axis, and 4 units of it for each unit of size."""
    weights = np.array([[1, 4, 0], [0, 10, 0], [0, 0, 1]])
    found = leakage(Linear(weights[None]), styles(20), axes(), read, strength=2)
    np.testing.assert_allclose(found.matrix, [[1, 4, 0], [0, 1, 0], [0, 0, 1]], atol=1e-5)
    np.testing.assert_allclose(
        found.change, [[1, 4, 0], [0, 20, 0], [0, 0, 0.5]], atol=1e-5
    )  # for one deviation


@pytest.mark.parametrize("rho", [0.3, 0.7])
def test_direction_of_plain_means_leaks_the_correlation_of_the_data_and_balanced_does_not(rho):
    rng, count = np.random.default_rng(1), 40_000
    size = rng.choice([-1, 1], count)
    colour = np.where(rng.random(count) < (1 + rho) / 2, size, -size)
    w = np.stack([size, colour, np.zeros(count)], axis=1) + rng.normal(size=(count, 3))
    directions = (
        {"size": latents.direction(w, size > 0)},
        {"size": latents.direction(w, size > 0, "balanced", colour > 0)},
    )
    plain, balanced = (leakage(Linear(np.eye(3)[None]), styles(5), d, read).matrix[0] for d in directions)
    error = 4 * 2 / np.sqrt(count)  # four standard errors of a difference of two halves' means
    np.testing.assert_allclose(plain, [1, rho, 0], atol=2 * error)
    np.testing.assert_allclose(balanced, [1, 0, 0], atol=error / np.sqrt(1 - rho**2))


def test_only_the_moved_layers_count():
    weights = np.stack([np.eye(3), 3 * np.eye(3)])
    found = leakage(Linear(weights), styles(5, 2), axes(), read, layers=[1])
    np.testing.assert_allclose(np.diag(found.change), [3, 6, 1.5], atol=1e-5)


def test_standard_error_is_that_of_the_mean_over_images():
    class Product(Linear):
        def synthesis(self, ws, noise):
            return np.stack([ws[:, 0, 0] * ws[:, 0, 1], ws[:, 0, 1], ws[:, 0, 2]], axis=1)[:, None, None]

    ws = styles(400)
    found = leakage(Product(np.eye(3)[None]), ws, {"colour": latents.Direction([0, 1, 0], 1)}, read)
    assert found.change[0, 0] == pytest.approx(ws[:, 0, 0].mean(), abs=1e-5)
    assert found.standard_error[0, 0] == pytest.approx(ws[:, 0, 0].std(ddof=1) / 20, rel=1e-4)


def test_a_direction_without_a_reading_is_told():
    with pytest.raises(
        ValueError, match="a direction 'leaf', and the attribute classifier reads size, colour, stem"
    ):
        leakage(Linear(np.eye(3)[None]), styles(5), {"leaf": latents.Direction([1, 0, 0], 1)}, read)


def test_readings_that_are_not_finite_are_told():
    with pytest.raises(ValueError, match="not finite for colour"):
        leakage(
            Linear(np.eye(3)[None]),
            styles(5),
            axes(),
            lambda x: read(x) | {"colour": np.full(len(x), np.nan)},
        )


def test_the_atlas_of_layers_with_a_factor_each_is_the_identity():
    weights = np.zeros((3, 3, 3))
    weights[range(3), range(3), range(3)] = 1
    a, b = styles(200, 3), styles(200, 3, seed=1)
    found = layer_factor_atlas(Linear(weights), a, b, read)
    np.testing.assert_allclose(found.carried, np.eye(3), atol=1e-5)
    own = np.stack([b[:, i, i] - a[:, i, i] for i in range(3)])
    np.testing.assert_allclose(found.change, np.diag(np.sqrt((own**2).mean(axis=1))), atol=1e-5)
    assert found.bands == ("layer 0", "layer 1", "layer 2") and found.factors == NAMES


def test_bands_of_all_layers_carry_everything_between_them():
    weights = np.random.default_rng(2).normal(size=(4, 3, 3))
    a, b = styles(50, 4), styles(50, 4, seed=1)
    found = layer_factor_atlas(
        Linear(weights), a, b, read, {"coarse": range(1), "fine": range(1, 4), "all": range(4)}
    )
    np.testing.assert_allclose(found.carried[0] + found.carried[1], 1, atol=1e-5)
    np.testing.assert_allclose(found.carried[2], 1, atol=1e-5)


def test_classes_are_read_as_a_column_each():
    images = Linear(np.eye(3)[None])
    found = read_styles(images, styles(150), lambda x: {"kind": x[:, 0, 0, :2], "size": x[:, 0, 0, 2]})
    assert list(found) == ["kind 0", "kind 1", "size"]
    np.testing.assert_allclose(np.stack(list(found.values()), axis=1), styles(150)[:, 0], atol=1e-6)


@pytest.fixture(scope="module")
def noisy():
    """A generator with noise at 4x4 only."""
    G = Generator(SMALL)
    block = G.synthesis.blocks[4]
    for epilogue in (block.epilogue0, block.epilogue1):
        epilogue.noise.strength.assign([0.5] * 8)
    return G


def test_noise_is_charged_to_its_resolution(noisy):
    budget = variance_budget(noisy)
    assert budget["noise 8x8"] == 0
    assert budget["noise 4x4"] == pytest.approx(budget["noise"]) and budget["noise"] > 0.05


def test_z_and_noise_make_up_the_budget(noisy):
    budget = variance_budget(noisy, seed=3)
    assert budget["z"] + budget["noise"] == pytest.approx(1)
    assert budget["z"] == pytest.approx(z_share(noisy, seed=3))
