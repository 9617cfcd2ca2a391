import json

import keras
import numpy as np
import pytest
from support.helpers import (
    PROGAN,
    PUBLIC,
    SMALL,
    VARIANTS,
    assert_close_to_max,
    check_layer,
    claim,
    lod_of,
    nhwc,
    progan_weights,
    shrink,
    stage,
    weights,
)  # fmt: skip

from stylegan_tf import ABLATIONS, Config, Discriminator, official
from stylegan_tf.networks.discriminator import DiscriminatorBlock, DiscriminatorHead
from stylegan_tf.networks.layers import downsample

PARAMETERS = {  # docs/exactness.md, Parameters and cost
    32: 20_726_785,
    64: 22_498_049,
    128: 22_941_313,
    256: 23_052_353,
    512: 23_080_225,
    1024: 23_087_249,
}


@pytest.fixture(scope="module")
def public(golden):
    return golden("public")


@pytest.fixture(scope="module")
def small():
    return Discriminator(SMALL)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def native(reals, key, full):
    """Official full-size images -> ours of the lod in the key, and alpha."""
    resolution, alpha = stage(lod_of(key), full)
    return shrink(nhwc(reals), full // resolution), alpha


# The official numbers


@pytest.mark.parametrize("key", claim("public", "scores/reals/*"))
def test_scores_of_every_stage_equal_official(public, public_discriminator, key):
    images, alpha = native(public["inputs/reals"], key, PUBLIC.resolution)
    assert_close_to_max(public_discriminator(images, alpha=alpha), public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "scores/reals8_first*"))
def test_scores_of_every_batch_size_equal_official(public, public_discriminator, key):
    """The minibatch deviation's groups depend on the batch."""
    count = int(key.split("first")[1].split("/")[0])
    images = nhwc(public["inputs/reals8"])[:count]
    assert_close_to_max(public_discriminator(images), public[f"outputs/{key}"])


@pytest.mark.parametrize("key", claim("public", "scores/fakes/lod_0"))
def test_scores_of_generated_images_equal_official(public, public_generator, public_discriminator, key):
    fakes = public_generator(public["inputs/z"], noise="fixed")
    assert_close_to_max(public_discriminator(fakes), public[f"outputs/{key}"])


@pytest.fixture(scope="module")
def variant(golden):
    numbers, built = golden("variants"), {}

    def get(name):
        if name not in built:
            D = Discriminator(SMALL.replace(**VARIANTS[name]))
            official.assign(D, weights("variants", f"{name}/D"))
            D.run_eagerly = True
            built[name] = D, numbers["inputs/reals"], numbers["inputs/labels"] if D.config.label_dim else None
        return built[name]

    return get


@pytest.mark.parametrize("key", claim("variants", "*/scores_lod_*"))
def test_scores_of_every_variant_equal_official(golden, variant, key):
    D, reals, labels = variant(key.split("/")[0])
    images, alpha = native(reals, key, SMALL.resolution)
    assert_close_to_max(D(images, alpha=alpha, labels=labels), golden("variants")[f"outputs/{key}"])


@pytest.fixture(scope="module")
def progan():
    built = {}
    for name, changes in PROGAN.items():
        built[name] = Discriminator(SMALL.replace(**changes))
        official.assign(built[name], progan_weights(name, "D"))
        built[name].run_eagerly = True
    return built


@pytest.mark.parametrize("key", claim("progan", "*/scores_lod_*"))
def test_scores_of_progan_equal_official(golden, progan, key):
    images, alpha = native(golden("progan")["inputs/reals"], key, SMALL.resolution)
    assert_close_to_max(progan[key.split("/")[0]](images, alpha=alpha), golden("progan")[f"outputs/{key}"])


@pytest.mark.parametrize("resolution", PARAMETERS)
def test_parameter_counts_are_the_published_ones(resolution):
    D = Discriminator(Config(resolution=resolution))
    assert sum(int(np.prod(v.shape)) for v in D.trainable_weights) == PARAMETERS[resolution]


# Properties


@pytest.mark.parametrize("side", [8, 16])
def test_at_alpha_zero_only_the_halved_image_counts(small, side):
    images = draw(4, side, side, 3)
    assert_close_to_max(small(images, alpha=0.0), small(downsample(images)), 1e-5)


def test_alpha_one_is_the_newest_block_alone(small):
    images = draw(4, 16, 16, 3)
    assert_close_to_max(small(images, alpha=np.float32(1.0)), small(images), 1e-5)


def test_fading_blends_features_and_not_scores(small):
    """A blend of scores would be linear in alpha."""
    images = draw(4, 16, 16, 3)
    old, half, new = (np.asarray(small(images, alpha=a)) for a in (0.0, 0.5, 1.0))
    assert np.abs(half - 0.5 * (old + new)).max() > 1e-3


def test_compiled_and_eager_calls_agree(small):
    images = draw(4, 16, 16, 3)
    compiled = small(images, alpha=0.3)
    small.run_eagerly = True
    eager = small(images, alpha=0.3)
    small.run_eagerly = False
    assert_close_to_max(compiled, eager, 1e-5)


def test_without_minibatch_deviation_a_score_does_not_depend_on_the_batch():
    D = Discriminator(SMALL.replace(mbstd_group=0))
    D.run_eagerly = True
    images = draw(4, 16, 16, 3)
    assert_close_to_max(D(images)[:1], D(images[:1]), 1e-5)


def test_with_minibatch_deviation_it_does(small):
    images = draw(4, 16, 16, 3)
    assert np.abs(np.asarray(small(images)[:1]) - np.asarray(small(images[:1]))).max() > 1e-3


def test_labels_choose_among_the_scores():
    config = SMALL.replace(label_dim=3)
    D = Discriminator(config)
    D.run_eagerly = True
    images, one_hot = draw(4, 16, 16, 3), np.eye(3, dtype="float32")
    single = [np.asarray(D(images, labels=np.tile(one_hot[i], (4, 1)))) for i in range(3)]
    chosen = np.asarray(D(images, labels=one_hot[[2, 0, 1, 2]]))
    np.testing.assert_allclose(
        chosen[:, 0], [single[2][0, 0], single[0][1, 0], single[1][2, 0], single[2][3, 0]], rtol=1e-5
    )


# Messages


@pytest.mark.parametrize(
    "shape", [(4, 16, 16, 1), (4, 12, 12, 3), (4, 32, 32, 3), (4, 16, 8, 3), (4, 16, 16)], ids=str
)
def test_images_of_a_wrong_shape_are_told(small, shape):
    with pytest.raises(
        ValueError, match=r"this discriminator expects \(batch, side, side, 3\) with a side of 4, 8, 16"
    ):
        small(draw(*shape))


@pytest.mark.parametrize("before", [0, 2])
def test_a_batch_that_does_not_divide_into_groups_is_told(before):
    """Also once the graph has been traced for an open batch size."""
    D = Discriminator(SMALL.replace(resolution=8))
    for size in (4, 8)[:before]:
        D(draw(size, 8, 8, 3))
    with pytest.raises(ValueError, match="batch has 6 images; it must be a multiple of the group size 4"):
        D(draw(6, 8, 8, 3))


def test_missing_labels_are_told():
    with pytest.raises(ValueError, match="no labels given to a discriminator of label_dim = 3"):
        Discriminator(SMALL.replace(label_dim=3))(draw(4, 16, 16, 3))


def test_unwanted_labels_are_told(small):
    with pytest.raises(ValueError, match="labels given to a discriminator of label_dim = 0"):
        small(draw(4, 16, 16, 3), labels=np.eye(4, dtype="float32"))


# What holds for every layer, and saving


def test_block_keeps_the_rules():
    check_layer(
        DiscriminatorBlock(SMALL, 16), draw(2, 16, 16, 16), shape=(2, 8, 8, 16), trainable=2 * (9 * 16 * 16 + 16)
    )  # fmt: skip


def test_progan_block_keeps_the_rules():
    block = DiscriminatorBlock(SMALL.replace(**PROGAN["progan_unfused"]), 8)
    check_layer(block, draw(2, 8, 8, 16), shape=(2, 4, 4, 16), trainable=2 * (9 * 16 * 16 + 16))


@pytest.mark.parametrize(
    ("changes", "trainable"),
    [
        ({}, (9 * 17 * 16 + 16) + (256 * 16 + 16) + (16 + 1)),
        (dict(mbstd_group=0, label_dim=3), (9 * 16 * 16 + 16) + (256 * 16 + 16) + 3 * (16 + 1)),
        (dict(mbstd_group=2, mbstd_features=2), (9 * 18 * 16 + 16) + (256 * 16 + 16) + (16 + 1)),
    ],
)
def test_head_keeps_the_rules(changes, trainable):
    config = SMALL.replace(**changes)
    check_layer(
        DiscriminatorHead(config), draw(4, 4, 4, 16), shape=(4, max(config.label_dim, 1)), trainable=trainable
    )


@pytest.mark.parametrize(
    "changes", [{}, ABLATIONS["A"], dict(label_dim=3, mbstd_features=2)], ids=["F", "A", "labels"]
)
def test_a_keras_file_brings_the_discriminator_back(tmp_path, changes):
    D = Discriminator(SMALL.replace(**changes))
    D.save(tmp_path / "d.keras")
    loaded = keras.saving.load_model(tmp_path / "d.keras")
    assert isinstance(loaded, Discriminator)
    assert loaded.config == D.config
    images, labels = (
        draw(4, 16, 16, 3),
        np.eye(3, dtype="float32")[[0, 1, 2, 0]] if D.config.label_dim else None,
    )
    D.run_eagerly = loaded.run_eagerly = True
    np.testing.assert_array_equal(
        loaded(images, alpha=0.5, labels=labels), D(images, alpha=0.5, labels=labels)
    )


def test_config_survives_json(small):
    twin = Discriminator.from_config(json.loads(json.dumps(small.get_config())))
    assert (twin.name, twin.config) == (small.name, small.config)


def test_summary_shows_every_layer_and_the_total(small):
    lines = []
    small.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert f"{sum(int(np.prod(v.shape)) for v in small.trainable_weights):,}" in text
    for name in ["16x16 from RGB", "8x8 conv down", "4x4 conv", "dense 1"]:
        assert name in text


def test_mixed_precision_gives_float32_scores_near_full_precision():
    full, half = Discriminator(SMALL), Discriminator(SMALL, dtype="mixed_float16")
    half.set_weights(full.get_weights())
    full.run_eagerly = half.run_eagerly = True
    images = draw(4, 16, 16, 3)
    scores = half(images, alpha=0.4)
    assert scores.dtype == "float32"
    assert_close_to_max(scores, full(images, alpha=0.4), 0.02)
