import numpy as np
import pytest
from support.helpers import (
    PROGAN,
    PUBLIC,
    SMALL,
    assert_close_to_max,
    check_layer,
    claim,
    enlarge,
    lod_of,
    nchw,
    stage,
)

from stylegan_tf import ABLATIONS, Generator
from stylegan_tf.networks.layers import pixel_norm
from stylegan_tf.networks.synthesis import (
    DenseInput,
    Epilogue,
    LearnedConstant,
    SynthesisBlock,
    SynthesisNetwork,
)

TINY = SMALL.replace(fmap_base=32, fmap_max=4, w_dim=6, z_dim=6)


@pytest.fixture(scope="module")
def public(golden):
    return golden("public")


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def awake(layer, seed=5):
    """Give every weight that starts at a constant (biases, noise strengths) a random value, so that it shows."""
    rng = np.random.default_rng(seed)
    for v in layer.trainable_weights:
        if np.ptp(v) == 0:
            v.assign(rng.normal(size=v.shape))
    return layer


@pytest.fixture(scope="module")
def network():
    synthesis = SynthesisNetwork(TINY)
    synthesis.build()
    return awake(synthesis)


@pytest.fixture(scope="module")
def ws():
    return draw(2, TINY.num_layers, 6)


# The official numbers


@pytest.mark.parametrize("key", claim("public", "images/*"))
def test_images_of_every_stage_equal_official(public, public_generator, key):
    """Theirs are enlarged to full size; "recursive", "linear" and "fixed" are three graphs of one function."""
    resolution, alpha = stage(lod_of(key), PUBLIC.resolution)
    images = public_generator(public["inputs/z"], resolution=resolution, alpha=alpha, noise="fixed")
    assert images.shape == (4, resolution, resolution, 1)
    assert_close_to_max(nchw(enlarge(images, 32 // resolution)), public[f"outputs/{key}"])


# Independent references


@pytest.mark.parametrize("resolution", [8, 16])
def test_fading_blends_the_images_of_two_stages(network, ws, resolution):
    new = np.asarray(network(ws, resolution=resolution, noise="fixed"))
    old = enlarge(network(ws, resolution=resolution // 2, noise="fixed"), 2)
    faded = network(ws, resolution=resolution, alpha=0.25, noise="fixed")
    assert_close_to_max(faded, 0.25 * new + 0.75 * old, 1e-5)


def test_alpha_one_is_the_newest_block_alone(network, ws):
    whole = network(ws, noise="fixed")
    assert_close_to_max(network(ws, alpha=np.float32(1.0), noise="fixed"), whole, 1e-6)


@pytest.mark.parametrize("alpha", [0.3, 1.0])
def test_four_by_four_has_nothing_to_fade_from(network, ws, alpha):
    np.testing.assert_array_equal(
        network(ws, resolution=4, alpha=alpha, noise="fixed"), network(ws, resolution=4, noise="fixed")
    )  # fmt: skip


def test_layer_i_takes_style_i(network, ws):
    """At 8x8 the layers 0 to 3 make the picture; the others are for later blocks."""
    before = np.asarray(network(ws, resolution=8, noise="fixed"))
    for i in range(TINY.num_layers):
        changed = ws.copy()
        changed[:, i] += 1.0
        moved = np.abs(np.asarray(network(changed, resolution=8, noise="fixed")) - before).max()
        assert (moved > 1e-3) == (i < 4)


def test_noise_arrays_replace_the_stored_maps(network, ws):
    maps = [
        np.asarray(e.noise.noise_map) for b in network.blocks.values() for e in (b.epilogue0, b.epilogue1)
    ]
    assert_close_to_max(network(ws, noise=maps), network(ws, noise="fixed"), 1e-6)
    doubled = [np.repeat(m, 2, axis=0) for m in maps]
    assert_close_to_max(network(ws, noise=doubled), network(ws, noise="fixed"), 1e-6)


def test_each_layer_has_noise_of_its_own(network, ws):
    zeros = [np.zeros((1, r, r, 1), "float32") for r in TINY.resolutions for _ in range(2)]
    silent = np.asarray(network(ws, noise=zeros))
    np.testing.assert_allclose(network(ws, noise="none"), silent, atol=1e-5)
    for i, shape in enumerate(m.shape for m in zeros):
        one = [draw(*shape) if i == j else m for j, m in enumerate(zeros)]
        assert np.abs(np.asarray(network(ws, noise=one)) - silent).max() > 1e-3


def test_random_noise_differs_between_calls(network, ws):
    assert np.abs(np.asarray(network(ws)) - np.asarray(network(ws))).max() > 1e-3


def test_the_order_of_an_epilogue_is_noise_bias_activation_norm_style():
    config = TINY.replace(pixel_norm=True)
    epilogue, x, w, noise = Epilogue(config), draw(2, 4, 4, 3), draw(2, 6, seed=1), draw(1, 4, 4, 1, seed=2)
    epilogue(x, w)
    awake(epilogue)
    y = x + noise * np.asarray(epilogue.noise.strength) + np.asarray(epilogue.bias.bias)
    y = np.asarray(pixel_norm(np.where(y >= 0, y, 0.2 * y)))
    y = (y - y.mean(axis=(1, 2), keepdims=True)) / np.sqrt(y.var(axis=(1, 2), keepdims=True) + 1e-8)
    scale, shift = np.split(np.asarray(epilogue.style.affine(w))[:, None, None], 2, axis=-1)
    assert_close_to_max(epilogue(x, w, noise=noise), y * (scale + 1) + shift, 1e-5)


def test_output_is_neither_squashed_nor_clipped(network, ws):
    bias = network.to_rgb[16].bias
    before = np.asarray(network(ws, noise="fixed"))
    bias.assign(bias + 10.0)
    np.testing.assert_allclose(network(ws, noise="fixed"), before + 10.0, atol=1e-4)
    bias.assign(bias - 10.0)


def test_the_constant_starts_as_ones_for_every_image():
    np.testing.assert_array_equal(LearnedConstant(3)(draw(2, 6, 6)), np.ones((2, 4, 4, 3)))


def test_without_styles_only_the_first_w_counts():
    synthesis = SynthesisNetwork(TINY.replace(**ABLATIONS["B"]))
    synthesis.build()
    ws = draw(2, TINY.num_layers, 6)
    other = np.concatenate([ws[:, :1], draw(2, TINY.num_layers - 1, 6, seed=1)], axis=1)
    np.testing.assert_array_equal(synthesis(ws), synthesis(other))


# Messages


def test_a_resolution_that_is_no_stage_is_told(network, ws):
    with pytest.raises(ValueError, match="resolution is 32; this network makes 4, 8, 16"):
        network(ws, resolution=32)


@pytest.mark.parametrize("shape", [(2, 6), (2, 5, 6)])
def test_ws_of_a_wrong_shape_are_told(network, shape):
    with pytest.raises(ValueError, match=r"synthesis expects \(batch, 6, 6\): broadcast\(w\) makes it"):
        network(draw(*shape))


def test_a_wrong_count_of_noise_arrays_is_told(network, ws):
    with pytest.raises(ValueError, match="noise has 2 arrays; 16x16 images need 6, two per resolution"):
        network(ws, noise=[np.zeros((1, 4, 4, 1), "float32")] * 2)


# What holds for every layer

STYLE = 2 * 4 * 6 + 2 * 4  # of one layer: 4 maps, w of length 6
LAYERS = {
    "constant": (lambda: LearnedConstant(4), [(2, 6, 6)], {}, (2, 4, 4, 4), 64, 0),
    "dense_input": (lambda: DenseInput(4), [(2, 6, 6)], {}, (2, 4, 4, 4), 6 * 64, 0),
    "epilogue": (lambda: Epilogue(TINY), [(2, 8, 8, 4), (2, 6)], dict(noise="fixed"), (2, 8, 8, 4), 4 + 4 + STYLE, 64),
    "block4": (lambda: SynthesisBlock(TINY, 4), [(2, 4, 4, 4), (2, 2, 6)], dict(noise=("fixed", "fixed")),
               (2, 4, 4, 4), 64 + 9 * 16 + 2 * (8 + STYLE), 32),
    "block8": (lambda: SynthesisBlock(TINY, 8), [(2, 4, 4, 4), (2, 2, 6)], dict(noise=("fixed", "fixed")),
               (2, 8, 8, 4), 2 * (9 * 16 + 8 + STYLE), 128),
    "network": (lambda: SynthesisNetwork(TINY), [(2, 6, 6)], dict(noise="fixed"), (2, 16, 16, 3),
                64 + 5 * 9 * 16 + 6 * (8 + STYLE) + 3 * (4 * 3 + 3), 2 * (16 + 64 + 256)),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_layer_keeps_the_rules(name):
    make, shapes, call, shape, trainable, fixed = LAYERS[name]
    check_layer(make(), *[draw(*s) for s in shapes], shape=shape, trainable=trainable, fixed=fixed, **call)


@pytest.mark.parametrize(
    "changes", [{}, PROGAN["progan_unfused"], dict(fused_kernels=True, activation="relu")], ids=str
)
def test_mixed_precision_is_near_full_precision(ws, changes):
    config = TINY.replace(**changes)
    full, half = SynthesisNetwork(config), SynthesisNetwork(config, dtype="mixed_float16")
    full.build()
    half.build()
    half.set_weights(awake(full).get_weights())
    actual = half(ws, alpha=0.5, noise="fixed")
    assert actual.dtype == "float32"
    assert_close_to_max(actual, full(ws, alpha=0.5, noise="fixed"), 0.02)


def test_the_generator_holds_this_network():
    """The same class that the lesson shows, with the weights that the generator counts."""
    G = Generator(TINY)
    assert type(G.synthesis) is SynthesisNetwork
    assert len(G.weights) == len(G.mapping.weights) + len(G.synthesis.weights)
