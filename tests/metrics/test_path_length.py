import numpy as np
import pytest
import scipy.integrate
import scipy.special
import tensorflow as tf
from support.helpers import assert_close_to_max, claim, nchw, nhwc, shrink, weights

from stylegan_tf import Config, Generator, latents, official
from stylegan_tf.metrics import perceptual_path_length
from stylegan_tf.metrics.path_length import ends, noise_for, prepare, summarize

PPL = Config(
    resolution=32, channels=3, z_dim=16, w_dim=16, mapping_width=16, mapping_layers=2, fmap_base=64, fmap_max=8
)  # fmt: skip
SMALL = PPL.replace(resolution=8, channels=1)
SIDE = 4


def squares(a, b):
    """Sum of the squared differences, (B,)."""
    return ((a - b) ** 2).sum(axis=(1, 2, 3))


class Analytic:
    """A generator in NumPy: w = z, the pixels a function of w."""

    z_dim = 8

    def __init__(self, pixels, dtype="float32"):
        self.pixels, self.dtype = pixels, dtype

    def mapping(self, z):
        assert isinstance(z, np.ndarray)
        return z.astype(self.dtype)

    def broadcast(self, w):
        return np.stack([w, w], axis=1)

    def synthesis(self, ws):
        return self.pixels(ws[:, 0]).reshape(-1, SIDE, SIDE, 1)


MATRIX = np.random.default_rng(5).normal(size=(8, SIDE**2)).astype("float32")
LINEAR = Analytic(lambda w: w @ MATRIX)


def measure(generator, space="w", sampling="full", **options):
    options = dict(samples=20_000, batch_size=2000) | options
    return perceptual_path_length(generator, squares, space, sampling, **options)


def assert_mean(distances, expected):
    """Within four standard errors, all distances taken; the error is under a fiftieth of the value."""
    error = distances.std(ddof=1) / np.sqrt(len(distances))
    assert error < expected / 50
    assert distances.mean() == pytest.approx(expected, abs=4 * error)


# The official numbers


@pytest.fixture(scope="module")
def tiny():
    G = Generator(PPL)
    official.assign(G, weights("ppl", "ppl/G"))
    return G


SLERPS = {
    "slerp/t_given": None,
    "slerp/t_given_plus_eps": 1e-4,
    "slerp/t_0.0": 0.0,
    "slerp/t_0.25": 0.25,
    "slerp/t_1.0": 1.0,
}


@pytest.mark.parametrize("key", claim("ppl", *SLERPS))
def test_slerp_equals_official(golden, key):
    ppl = golden("ppl")
    given, plain = ppl["inputs/slerp_t"], SLERPS[key]
    t = given + np.float32(plain or 0) if "given" in key else np.float32(plain)
    found = latents.slerp(ppl["inputs/slerp_a"], ppl["inputs/slerp_b"], t)
    assert_close_to_max(found, ppl[f"outputs/{key}"], 1e-5)


@pytest.mark.parametrize("key", claim("ppl", "normalize_a"))
def test_a_circle_starts_at_the_official_unit_vector(golden, key):
    ppl = golden("ppl")
    found = latents.slerp(ppl["inputs/slerp_a"], ppl["inputs/slerp_b"], np.float32(0))
    assert_close_to_max(found, ppl[f"outputs/{key}"], 1e-5)


@pytest.mark.parametrize("key", claim("ppl", "lerp_t_given"))
def test_lerp_equals_official(golden, key):
    ppl = golden("ppl")
    found = latents.lerp(*(ppl[f"inputs/slerp_{name}"] for name in "abt"))
    assert_close_to_max(found, ppl[f"outputs/{key}"], 1e-5)


@pytest.mark.parametrize("key", claim("ppl", "ppl_distances_*:f64"))
def test_trimmed_mean_equals_official(golden, key):
    ppl, name = golden("ppl"), key.removeprefix("ppl_").removesuffix(":f64")
    assert summarize(ppl[f"inputs/{name}"]).mean == pytest.approx(float(ppl[f"outputs/{key}"]), rel=1e-5)


@pytest.mark.parametrize("key", claim("ppl", "ppl_distances_*_lo_hi"))
def test_thresholds_equal_official(golden, key):
    ppl, name = golden("ppl"), key.removeprefix("ppl_").removesuffix("_lo_hi")
    np.testing.assert_allclose(summarize(ppl[f"inputs/{name}"]).thresholds, ppl[f"outputs/{key}"], rtol=1e-5)


def styles(golden, tiny, kind):
    """At both ends of the golden pairs, which are the even and odd rows."""
    ppl = golden("ppl")
    z, t = ppl["inputs/ppl_lat_t01"], ppl["inputs/ppl_lerp_t"][:, None]
    t = t if kind.endswith("full") else 0 * t
    return ends(tiny, z[0::2], z[1::2], t, np.float32(1e-4), kind[0])


@pytest.mark.parametrize("key", claim("ppl", "ppl_step/*/dlatents_e01"))
def test_styles_at_both_ends_equal_official(golden, tiny, key):
    expected = golden("ppl")[f"outputs/{key}"]
    for found, rows in zip(
        styles(golden, tiny, key.split("/")[1]), (slice(0, None, 2), slice(1, None, 2)), strict=True
    ):
        assert_close_to_max(found, expected[rows], 1e-5)


@pytest.mark.parametrize("kind", ["wfull", "zfull", "wend", "zend"])
def test_images_of_both_ends_equal_official(golden, tiny, kind):
    """Cropped to the face; the official ones are scaled to [0, 255].

    Squares of their difference lose digits in float32.
    """
    ppl, step = golden("ppl"), f"inputs/ppl_step/{kind}"
    noise = [nhwc(ppl[f"{step}/noise{i}"]) for i in range(PPL.num_layers)]
    found = []
    for i, ws in enumerate(styles(golden, tiny, kind)):
        images = prepare(np.asarray(tiny.synthesis(ws, noise=noise)), "face")
        found.append((images + 1) * 127.5)
        assert_close_to_max(nchw(found[-1]), ppl[f"{step}/NOTE_images_given_noise_e{i}"], 1e-5)
    distances = ((found[0] - found[1]) ** 2).mean(axis=(1, 2, 3)) / 1e-8
    np.testing.assert_allclose(distances, ppl[f"{step}/NOTE_distances"], rtol=0.01)


# Closed forms


@pytest.mark.parametrize("sampling", ["full", "end"])
def test_a_linear_generator_has_the_same_length_everywhere_in_w(sampling):
    """d = |(w1 - w0) A|^2, of mean 2 tr(A A^T)."""
    assert_mean(measure(LINEAR, "w", sampling).distances, 2 * np.trace(MATRIX @ MATRIX.T))


@pytest.mark.parametrize("sampling", ["full", "end"])
def test_a_linear_generator_in_z_is_walked_along_a_circle(sampling):
    """Unit vectors at angle a are a apart, with speed a in a direction that is even in all dimensions."""
    angles, dims = np.linspace(0, np.pi, 10_001), Analytic.z_dim
    density = np.sin(angles) ** (dims - 2)
    square = scipy.integrate.trapezoid(angles**2 * density, angles) / scipy.integrate.trapezoid(
        density, angles
    )
    assert_mean(measure(LINEAR, "z", sampling).distances, square * np.trace(MATRIX @ MATRIX.T) / dims)


@pytest.mark.parametrize(("sampling", "expected"), [("full", 8), ("end", 16)])
def test_a_quadratic_generator_is_steeper_at_the_ends(sampling, expected):
    """A pixel is (a.w)^2, |a| = 1. With x, y ~ N(0, 1) at the ends its speed is 2 (x + t (y - x)) (y - x),
    whose square has the mean 8 ((1 - t)^2 + t^2 + (2t - 1)^2): 16 at t = 0, 8 over all t.
    """
    directions = MATRIX / np.linalg.norm(MATRIX, axis=0)
    distances = measure(Analytic(lambda w: (w @ directions) ** 2, "float64"), "w", sampling).distances
    assert_mean(distances, expected * SIDE**2)


def test_the_mean_leaves_out_the_first_and_last_percent():
    """An orthogonal generator: d is twice a chi-squared of 8 degrees, whose mean between two quantiles is a
    gamma function.
    """
    frame = np.linalg.qr(MATRIX.T)[0].T.astype("float32")
    found = measure(Analytic(lambda w: w @ frame), samples=200_000, batch_size=20_000)
    low, high = scipy.special.gammaincinv(4, [0.01, 0.99])
    between = 4 * (scipy.special.gammainc(5, high) - scipy.special.gammainc(5, low)) / 0.98
    assert found.mean == pytest.approx(4 * between, abs=4 * found.standard_error)
    assert found.standard_error < 0.005 * found.mean
    assert abs(found.mean - 16) > 5 * found.standard_error  # the mean of all would be seen


def test_standard_error_is_the_spread_of_the_trimmed_mean():
    """Of heavy-tailed distances, drawn anew."""
    found = [summarize(np.random.default_rng(i).lognormal(sigma=1.5, size=500)) for i in range(400)]
    spread = np.std([f.mean for f in found], ddof=1)
    assert np.mean([f.standard_error for f in found]) == pytest.approx(spread, rel=0.12)


# What is shared and what is not


@pytest.fixture(scope="module")
def noisy():
    """A generator whose images are noise alone."""
    G = Generator(SMALL)
    for block in G.synthesis.blocks.values():
        for epilogue in (block.epilogue0, block.epilogue1):
            epilogue.noise.strength.assign([1.0] * 8)
            epilogue.style.affine.kernel.assign(0.0 * epilogue.style.affine.kernel)
    return G


def test_noise_is_shared_by_a_pair_and_new_for_each_batch(noisy):
    seen = []

    def distance(a, b):
        np.testing.assert_array_equal(a, b)
        seen.append(a)
        return squares(a, b)

    assert perceptual_path_length(noisy, distance, samples=4, batch_size=2).mean == 0
    assert np.std(seen[0]) > 0.1
    np.testing.assert_array_equal(seen[0][0], seen[0][1])
    assert np.abs(seen[0][0] - seen[1][0]).max() > 0.1


def test_a_generator_without_a_config_gets_its_fixed_noise():
    class Bare(Analytic):
        def synthesis(self, ws, noise="random"):
            return super().synthesis(ws)

    assert noise_for(Bare(None), None) == {"noise": "fixed"}
    assert noise_for(LINEAR, None) == {}


@pytest.mark.parametrize("space", ["w", "z"])
def test_pairs_do_not_depend_on_the_batch(space):
    whole, parts = (measure(LINEAR, space, samples=50, batch_size=size).distances for size in (50, 7))
    np.testing.assert_allclose(
        parts, whole, rtol=1e-2
    )  # the two ends agree in all but the last digits of float32
    assert len(parts) == 50


def test_pairs_are_those_of_the_seed():
    first, again, other = (measure(LINEAR, samples=50, seed=seed).distances for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1


def test_a_keras_generator_equals_its_parts_in_turn(tiny):
    """The graph against the same networks called from outside, with distances in float64."""

    class Plain:
        z_dim, config = 16, PPL
        mapping, broadcast, synthesis = tiny.mapping, tiny.broadcast, tiny.synthesis

    options = dict(space="z", samples=6, epsilon=0.01, batch_size=3)
    found, expected = (perceptual_path_length(G, squares, **options).distances for G in (tiny, Plain()))
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_a_conditional_generator_gets_its_classes_in_turn():
    """Both ends of a pair get the same class: classes are far apart, so a mixed pair would be too."""

    class Conditional(Analytic):
        config = SMALL.replace(label_dim=3)
        seen = []

        def mapping(self, z, labels):
            self.seen.append(labels)
            return z + 1000 * labels.argmax(axis=1)[:, None]

    G = Conditional(lambda w: w @ MATRIX)
    found = perceptual_path_length(G, squares, samples=6, epsilon=0.1, batch_size=6)
    np.testing.assert_array_equal(G.seen[0].argmax(axis=1), [0, 1, 2, 0, 1, 2])
    assert found.distances.max() < 1e4


# Crop and size


def test_the_face_is_the_official_part_of_the_image():
    image = np.arange(16 * 16.0).reshape(1, 16, 16, 1)
    np.testing.assert_array_equal(prepare(image, "face"), image[:, 6:14, 4:12])
    np.testing.assert_array_equal(prepare(image, None), image)


def test_large_images_are_averaged_to_256():
    image = np.random.default_rng(0).normal(size=(1, 1024, 1024, 1)).astype("float32")
    np.testing.assert_allclose(prepare(image, None), shrink(image, 4), atol=1e-6)
    np.testing.assert_allclose(prepare(image, "face"), shrink(image[:, 384:896, 256:768], 2), atol=1e-6)


# Messages


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(space="x"), "space is 'x'; choose 'w' or 'z'"),
        (dict(sampling="mid"), "choose 'full' or 'end'"),
        (dict(crop="eye"), "choose None or 'face'"),
        (dict(samples=1), "give 2 samples or more"),
        (dict(epsilon=0), "positive epsilon"),
        (dict(crop="face"), "images have side 4; the face crop needs 8"),
        (dict(distance=lambda a, b: 1.0), r"distance gave shape \(\) for 10 pairs"),
        (dict(distance=lambda a, b: squares(a, b) * np.nan), "a distance is not finite"),
    ],
)
def test_what_cannot_be_measured_is_told(options, message):
    call = dict(generator=LINEAR, distance=squares, samples=10) | options
    with pytest.raises(ValueError, match=message):
        perceptual_path_length(**call)


def test_distance_gets_arrays_so_that_numpy_and_tensorflow_both_serve():
    def distance(a, b):
        assert isinstance(a, np.ndarray)
        return tf.reduce_sum((a - b) ** 2, axis=(1, 2, 3))

    found = perceptual_path_length(LINEAR, distance, samples=50)
    np.testing.assert_allclose(
        found.distances, measure(LINEAR, samples=50, batch_size=50).distances, rtol=1e-4
    )
