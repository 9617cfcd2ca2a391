"""What the tests share: golden numbers, layouts, comparisons, and the checks that every layer must pass.

The golden files hold numbers that the official code computed, channels first; each has a .json that describes
its keys.
"""

import fnmatch
import functools
import json
import math
import sys
from pathlib import Path

import keras
import numpy as np

from stylegan_tf import ABLATIONS, Config, Generator
from stylegan_tf.training.random_draws import seeded

GOLDEN = Path(__file__).parent.parent / "golden"
FILES = ("blocks", "public", "variants", "progan", "training", "tfrecords", "official", "ppl", "ls", "lpips")
# (file, key) -> the test modules that compare it; test_official.py asks whether any key is missing
CLAIMED = {}


@functools.cache
def load_golden(name):
    """Arrays of ``golden/golden_<name>.npz`` by key."""
    with np.load(GOLDEN / f"golden_{name}.npz") as file:
        return {key: file[key] for key in file.files}


def claim(name, *patterns):
    """Keys of a golden file that match, without "outputs/", for ``parametrize``: the calling module compares
    each of them.
    """
    module = sys._getframe(1).f_globals["__name__"]
    keys = [key for key in load_golden(name) if key.startswith("outputs/")]
    found = [k for k in keys if any(fnmatch.fnmatchcase(k, "outputs/" + pattern) for pattern in patterns)]
    assert found, f"no key of golden_{name} matches {patterns}"
    for key in found:
        CLAIMED.setdefault((name, key), set()).add(module)
    return [key.removeprefix("outputs/") for key in found]


def weights(name, prefix):
    """Official variables of a network: {official name: array}."""
    prefix = f"weights/{prefix}/"
    return {
        key.removeprefix(prefix): value for key, value in load_golden(name).items() if key.startswith(prefix)
    }


def nhwc(x):
    return np.asarray(x).transpose(0, 2, 3, 1)


def nchw(x):
    return np.asarray(x).transpose(0, 3, 1, 2)


def enlarge(x, factor):
    """Each pixel repeated factor x factor times; x (B, H, W, C)."""
    return np.asarray(x).repeat(factor, axis=1).repeat(factor, axis=2)


def shrink(x, factor):
    """Box means of factor x factor pixels; x (B, H, W, C)."""
    b, h, w, c = x.shape
    return np.asarray(x, "float32").reshape(b, h // factor, factor, w // factor, factor, c).mean(axis=(2, 4))


def stage(lod, full):
    """Official lod -> (resolution, alpha) here (docs/exactness.md, Conventions)."""
    return full // 2 ** math.floor(lod), 1.0 - (lod - math.floor(lod))


def lod_of(key):
    """The lod that a golden key names: "images/recursive/lod_1.5" -> 1.5."""
    return float(key.split("lod_")[1].split("/")[0])


def relative_to_max(actual, expected):
    """Largest difference, as a share of the largest expected absolute value."""
    actual, expected = np.asarray(actual, "float64"), np.asarray(expected, "float64")
    assert actual.shape == expected.shape
    assert np.isfinite(actual).all()
    difference, largest = np.abs(actual - expected).max(), np.abs(expected).max()
    return difference / largest if largest else (0.0 if difference == 0 else math.inf)


def assert_close_to_max(actual, expected, tolerance=1e-4):
    error = relative_to_max(actual, expected)
    assert error <= tolerance, f"off by {error:.3g} of the largest value; allowed is {tolerance:g}"


def assert_relative(actual, expected, tolerance=1e-4):
    """Every element within ``tolerance`` of its own size."""
    np.testing.assert_allclose(np.asarray(actual), np.asarray(expected), rtol=tolerance, atol=0)


def check_layer(layer, *inputs, shape, trainable, fixed=0, **call):
    """What holds for every layer: output shape (also in a functional model), number of weights, a config in
    JSON, and a twin made from that which computes the same.

    Args:
        inputs: what the layer is called with; shape: of the output.
        trainable, fixed: numbers in its trainable and other weights (states of random generators not
            counted).
    """
    output = layer(*inputs, **call)
    assert tuple(output.shape) == shape
    symbolic = layer(*[keras.KerasTensor(x.shape) for x in inputs], **call)
    assert tuple(symbolic.shape) == shape
    assert sum(int(np.prod(w.shape)) for w in layer.trainable_weights) == trainable
    values = [w for w in layer.non_trainable_weights if "seed_generator" not in w.path]
    assert sum(int(np.prod(w.shape)) for w in values) == fixed
    written = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    twin = keras.saving.deserialize_keras_object(written)
    assert type(twin) is type(layer)
    assert json.dumps(twin.get_config(), sort_keys=True) == json.dumps(layer.get_config(), sort_keys=True)
    if not twin.built:
        twin(*inputs, **call)
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(np.asarray(twin(*inputs, **call)), np.asarray(output))


PUBLIC = Config(
    resolution=32, channels=1, z_dim=64, w_dim=64, mapping_width=64, mapping_layers=8, fmap_base=256, fmap_max=32, batch_size=4
)  # fmt: skip

SMALL = Config(
    resolution=16, channels=3, z_dim=24, w_dim=24, mapping_width=24, mapping_layers=2, fmap_base=128, fmap_max=16
)  # fmt: skip

VARIANTS = {  # of golden_variants -> changes to SMALL
    "tableA-like_tuned_baseline_B": ABLATIONS["B"],
    "add_mapping_and_styles_C": ABLATIONS["C"],
    "remove_traditional_input_D": ABLATIONS["D"],
    "add_noise_E": ABLATIONS["E"],
    "mixing_F": ABLATIONS["F"],
    "traditional_8": {**ABLATIONS["B"], "mapping_layers": 2},
    "stylebased_0": dict(mapping_layers=0),
    "relu": dict(activation="relu"),
    "no_normalize_latents": dict(normalize_z=False),
    "no_blur": dict(blur=False),
    "fused_true": dict(fused_kernels=True),
    "fused_false": dict(fused_kernels=False),
    "labels3": dict(label_dim=3),
    "no_wscale": dict(equalized=False),
    "pixel_and_instance_norm": dict(pixel_norm=True),
    "no_mbstd": dict(mbstd_group=0),
    "fmap_decay0.5": dict(fmap_decay=0.5, fmap_base=20),
}

PROGAN = {  # of golden_progan -> changes to SMALL
    "progan_fused": ABLATIONS["A"],
    "progan_unfused": {**ABLATIONS["A"], "fused_kernels": False, "pool_last": True},
}


def progan_weights(variant, network):
    """Official ProGAN variables under the names of the StyleGAN networks."""
    found = weights("progan", f"{variant}/{network}")
    if network == "D":
        return {(k if "4x4" in k else k.replace("Conv1/", "Conv1_down/")): v for k, v in found.items()}
    found = {"G_synthesis/" + (k.replace("Conv0/", "Conv0_up/")): v for k, v in found.items()}
    return {"dlatent_avg": np.zeros(SMALL.w_dim, "float32"), **found}


def audible_generator(config: Config = SMALL, seed: int = 1) -> Generator:
    """Untrained, the same at every call; its noise is heard, and its w_avg is not zero."""
    with seeded(seed):
        G = Generator(config)
    G.w_avg.assign(np.linspace(-1, 1, config.w_dim))
    for block in G.synthesis.blocks.values():
        for epilogue in (block.epilogue0, block.epilogue1):
            epilogue.noise.strength.assign(np.full(epilogue.noise.strength.shape, 0.3))
    return G
