import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.helpers import (
    GOLDEN,
    PROGAN,
    PUBLIC,
    SMALL,
    VARIANTS,
    assert_close_to_max,
    claim,
    enlarge,
    lod_of,
    nchw,
    progan_weights,
    stage,
    weights,
)  # fmt: skip

from stylegan_tf import ABLATIONS, Config, Generator, official, preset
from stylegan_tf.latents.truncation import truncate

PARAMETERS = {  # docs/exactness.md, Parameters and cost: resolution -> all, mapping, synthesis
    32: (22_841_356, 2_101_248, 20_740_108),
    64: (25_137_935, 2_101_248, 23_036_687),
    128: (25_843_858, 2_101_248, 23_742_610),
    256: (26_086_229, 2_101_248, 23_984_981),
    512: (26_179_768, 2_101_248, 24_078_520),
    1024: (26_219_627, 2_101_248, 24_118_379),
}


@pytest.fixture(scope="module")
def public(golden):
    return golden("public")


@pytest.fixture(scope="module")
def ws(public, public_generator):
    return public_generator.broadcast(public_generator.mapping(public["inputs/z"]))


@pytest.fixture(scope="module")
def small():
    """A small generator whose noise strengths and running mean of w are not zero."""
    rng, G = np.random.default_rng(1), Generator(SMALL)
    for v in [G.w_avg, *(v for v in G.trainable_weights if "noise" in v.path)]:
        v.assign(0.3 * rng.normal(size=v.shape))
    return G


@pytest.fixture(scope="module")
def z():
    return np.random.default_rng(2).normal(size=(3, SMALL.z_dim)).astype("float32")


# The official numbers

PSI = {
    "psi0_cutoff8": (0.0, 8),
    "psi0p7_cutoff4": (0.7, 4),
    "psi0p7_cutoff8": (0.7, 8),
    "psi0p7_cutoffNone": (1.0, None),
}


@pytest.mark.parametrize("key", claim("public", "truncation/*/dlatents"))
def test_truncated_styles_equal_official(public, public_generator, ws, key):
    """Their cutoff None switches truncation off; here psi = 1 does."""
    psi, cutoff = PSI[key.split("/")[1]]
    assert_close_to_max(truncate(ws, public_generator.w_avg, psi, cutoff), public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "truncation/*/images"))
def test_truncated_images_equal_official(public, public_generator, key):
    psi, cutoff = PSI[key.split("/")[1]]
    images = public_generator(public["inputs/z"], psi=psi, cutoff=cutoff, noise="fixed")
    assert_close_to_max(nchw(images), public[f"outputs/{key}"])


@pytest.fixture(scope="module")
def variant(golden):
    """name -> (generator of golden_variants, z, labels), built once."""
    numbers, built = golden("variants"), {}

    def get(name):
        if name not in built:
            G = Generator(SMALL.replace(**VARIANTS[name]))
            official.assign(G, weights("variants", f"{name}/G"))
            G.run_eagerly = True  # a graph for each of the 17 would take longer
            built[name] = G, numbers["inputs/z"], numbers["inputs/labels"] if G.config.label_dim else None
        return built[name]

    return get


@pytest.mark.parametrize("key", claim("variants", "*/dlatents"))
def test_styles_of_every_variant_equal_official(golden, variant, key):
    G, z, labels = variant(key.split("/")[0])
    expected = golden("variants")[f"outputs/{key}"]
    slots = 1 if not G.config.styles else G.config.num_layers  # without styles w has one use, at the input
    assert_close_to_max(G.broadcast(G.mapping(z, labels))[:, :slots], expected)


@pytest.mark.parametrize("key", claim("variants", "*/images_lod_*"))
def test_images_of_every_variant_equal_official(golden, variant, key):
    G, z, labels = variant(key.split("/")[0])
    resolution, alpha = stage(lod_of(key), SMALL.resolution)
    images = G(z, resolution=resolution, alpha=alpha, noise="fixed", labels=labels)
    assert_close_to_max(nchw(images), golden("variants")[f"outputs/{key}"])


@pytest.fixture(scope="module")
def progan():
    built = {}
    for name, changes in PROGAN.items():
        built[name] = Generator(SMALL.replace(**changes))
        official.assign(built[name], progan_weights(name, "G"))
        built[name].run_eagerly = True
    return built


@pytest.mark.parametrize("key", claim("progan", "*/images_lod_*"))
def test_images_of_progan_equal_official(golden, progan, key):
    resolution, alpha = stage(lod_of(key), SMALL.resolution)
    images = progan[key.split("/")[0]](golden("progan")["inputs/z"], resolution=resolution, alpha=alpha)
    expected = golden("progan")[f"outputs/{key}"]
    assert_close_to_max(nchw(enlarge(images, SMALL.resolution // resolution)), expected)


@pytest.mark.parametrize("resolution", PARAMETERS)
def test_parameter_counts_are_the_published_ones(resolution):
    G = Generator(Config(resolution=resolution))

    def count(network):
        return sum(int(np.prod(v.shape)) for v in network.trainable_weights)

    assert (count(G), count(G.mapping), count(G.synthesis)) == PARAMETERS[resolution]


# Truncation


def test_psi_zero_gives_one_image(small, z):
    images = np.asarray(small(z, psi=0.0, noise="fixed"))
    np.testing.assert_allclose(images[1:], np.broadcast_to(images[:1], images[1:].shape), atol=1e-5)


def test_psi_zero_gives_the_image_of_the_mean(small, z):
    mean = small.synthesis(small.broadcast(small.w_avg[None]), noise="fixed")
    assert_close_to_max(small(z, psi=0.0, noise="fixed")[:1], mean, 1e-5)


def test_psi_one_changes_nothing(small, z):
    plain = small(z, noise="fixed")
    assert_close_to_max(small(z, psi=np.float32(1.0), noise="fixed"), plain, 1e-5)


def test_negative_psi_is_the_other_side_of_the_mean(small, z):
    w = np.asarray(small.mapping(z))
    mirrored = 2 * np.asarray(small.w_avg) - w
    expected = small.synthesis(small.broadcast(mirrored), noise="fixed")
    assert_close_to_max(small(z, psi=-1.0, noise="fixed"), expected, 1e-5)


def test_cutoff_spares_the_fine_layers(small, z):
    ws = small.broadcast(small.mapping(z))
    mixed = np.concatenate([truncate(ws, small.w_avg, 0.5)[:, :2], ws[:, 2:]], axis=1)
    expected = small.synthesis(mixed, noise="fixed")
    assert_close_to_max(small(z, psi=0.5, cutoff=2, noise="fixed"), expected, 1e-5)


# The rest of a call


@pytest.mark.parametrize("resolution", [8, 16])
def test_at_alpha_zero_the_old_image_is_enlarged(small, z, resolution):
    old = small(z, resolution=resolution // 2, noise="fixed")
    assert_close_to_max(small(z, resolution=resolution, alpha=0.0, noise="fixed"), enlarge(old, 2), 1e-5)


def test_compiled_and_eager_calls_agree(small, z):
    compiled = small(z, psi=0.7, alpha=0.3, noise="fixed")
    small.run_eagerly = True
    eager = small(z, psi=0.7, alpha=0.3, noise="fixed")
    small.run_eagerly = False
    assert_close_to_max(compiled, eager, 1e-5)


def test_an_image_does_not_depend_on_its_batch(small, z):
    assert_close_to_max(small(z, noise="fixed")[1:2], small(z[1:2], noise="fixed"), 1e-5)


def test_random_noise_is_fresh_in_every_compiled_call(small, z):
    assert np.abs(np.asarray(small(z)) - np.asarray(small(z))).max() > 1e-3


def test_many_kinds_of_call_bring_no_warning_of_retracing(z, caplog):
    G, logger = Generator(SMALL), tf.get_logger()
    logger.addHandler(caplog.handler)
    for resolution in (4, 8, 16):
        for noise in ("fixed", "none"):
            G(z, resolution=resolution, noise=noise)
    logger.removeHandler(caplog.handler)
    assert caplog.text == ""


def test_a_call_changes_nothing_but_the_random_state(small, z):
    before = [np.asarray(v) for v in small.weights if "seed_generator" not in v.path]
    small(z)
    after = [np.asarray(v) for v in small.weights if "seed_generator" not in v.path]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_class_makes_a_difference(z):
    G = Generator(SMALL.replace(label_dim=3))
    G.run_eagerly = True
    one, two = (G(z[:1], labels=np.eye(3, dtype="float32")[i : i + 1], noise="fixed") for i in (0, 2))
    assert np.abs(np.asarray(one) - np.asarray(two)).max() > 1e-2


SIZES = [
    dict(resolution=8, channels=1),
    dict(resolution=64, mapping_layers=0),
    dict(fmap_max=5, w_dim=7, z_dim=11),
]


@pytest.mark.parametrize("changes", SIZES, ids=str)
def test_sizes_are_free(changes):
    config = SMALL.replace(fmap_base=64, **changes)
    G = Generator(config)
    G.run_eagerly = True
    shape = (2, config.resolution, config.resolution, config.channels)
    assert G(np.ones((2, config.z_dim), "float32")).shape == shape


# Messages


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (dict(z_dim=23), r"z has length 23; this network expects \(batch, 24\)"),
        (dict(resolution=32), "resolution is 32; this network makes 4, 8, 16"),
        (dict(noise="loud"), "noise is 'loud'; it must be 'random', 'fixed', 'none' or an array"),
        (dict(labels=np.eye(3, dtype="float32")), "labels given to a mapping network of label_dim = 0"),
    ],
    ids=str,
)
def test_a_wrong_call_is_told(small, call, message):
    z = np.zeros((3, call.pop("z_dim", SMALL.z_dim)), "float32")
    with pytest.raises(ValueError, match=message):
        small(z, **call)


# Saving


@pytest.mark.parametrize("changes", [{}, ABLATIONS["A"], dict(label_dim=3)], ids=["F", "A", "labels"])
def test_a_keras_file_brings_the_generator_back(tmp_path, z, changes):
    G = Generator(SMALL.replace(**changes))
    G.w_avg.assign(np.arange(G.config.w_dim))
    G.save(tmp_path / "g.keras")
    loaded = keras.saving.load_model(tmp_path / "g.keras")
    assert isinstance(loaded, Generator)
    assert loaded.config == G.config
    for a, b in zip(G.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    labels = np.eye(3, dtype="float32") if G.config.label_dim else None
    G.run_eagerly = loaded.run_eagerly = True
    call = dict(psi=0.5, noise="fixed", labels=labels)
    np.testing.assert_array_equal(loaded(z, **call), G(z, **call))


def test_a_weights_file_brings_the_weights_back(tmp_path, small):
    small.save_weights(tmp_path / "g.weights.h5")
    other = Generator(SMALL)
    other.load_weights(tmp_path / "g.weights.h5")
    for a, b in zip(small.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_dtype_policy_is_saved(tmp_path):
    Generator(SMALL, dtype="mixed_float16").save(tmp_path / "g.keras")
    assert keras.saving.load_model(tmp_path / "g.keras").dtype_policy.name == "mixed_float16"


def test_config_survives_json():
    G = Generator(preset("mnist32"), name="copy_me")
    twin = Generator.from_config(json.loads(json.dumps(G.get_config())))
    assert (twin.name, twin.config) == (G.name, G.config)


def test_summary_shows_every_layer_and_the_total(small):
    lines = []
    small.summary(print_fn=lines.append)
    text = "\n".join(lines)
    total = sum(int(np.prod(v.shape)) for v in small.trainable_weights)
    assert f"{total:,}" in text
    for name in ["mapping dense 1", "4x4 constant", "16x16 conv up", "8x8 conv", "4x4 to RGB"]:
        assert name in text


def test_mixed_precision_gives_float32_images_near_full_precision(z):
    full, half = Generator(SMALL), Generator(SMALL, dtype="mixed_float16")
    half.set_weights(full.get_weights())
    full.run_eagerly = half.run_eagerly = True
    call = dict(psi=0.7, cutoff=4, alpha=0.4, noise="fixed")
    images = half(z, **call)
    assert images.dtype == "float32"
    assert_close_to_max(images, full(z, **call), 0.02)
    assert half.mapping.w_avg.dtype == "float32"


def test_public_configuration_is_the_recorded_one():
    """The sidecar of golden_public names what it was made with; guards the table in helpers.py."""
    theirs = json.loads((GOLDEN / "golden_public.json").read_text())["config"]["G"]
    ours = {
        "num_channels": PUBLIC.channels, "resolution": PUBLIC.resolution, "label_size": PUBLIC.label_dim,
        "latent_size": PUBLIC.z_dim, "dlatent_size": PUBLIC.w_dim, "mapping_fmaps": PUBLIC.mapping_width,
        "mapping_layers": PUBLIC.mapping_layers, "fmap_base": PUBLIC.fmap_base, "fmap_max": PUBLIC.fmap_max,
    }  # fmt: skip
    assert ours == {k: v for k, v in theirs.items() if k != "randomize_noise"}


@pytest.mark.parametrize("side", [8, 16])
def test_a_cut_generator_draws_what_the_whole_one_draws_at_that_side(public_generator, side):
    z = np.random.default_rng(0).standard_normal((2, public_generator.z_dim)).astype("float32")
    small = public_generator.cut(side)
    assert small.config.resolution == side
    for noise in ("fixed", "none"):
        whole = public_generator(z, psi=0.7, resolution=side, noise=noise)
        np.testing.assert_allclose(small(z, psi=0.7, noise=noise), whole, atol=1e-5)
