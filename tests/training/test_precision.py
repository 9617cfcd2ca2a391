import keras
import numpy as np
import pytest
import tensorflow as tf
from support.tiny import TINY

import stylegan_tf as sg
from stylegan_tf import Config, Discriminator, Generator, StyleGAN
from stylegan_tf.runs.checkpoints import save_checkpoint
from stylegan_tf.training.losses import r1_penalty
from stylegan_tf.training.precision import LossScale


@pytest.fixture(scope="module")
def digits():
    whole = sg.data.load_digits()
    return sg.data.Images(whole.level(8)[:512], name="digits")


def make(calm=False, **changes):
    gan = StyleGAN(TINY.replace(**changes))
    # A new StyleGAN enlarges rounding by Adam's small epsilon and by the norm of a constant without variance
    if calm:
        gan.config = gan.config.replace(epsilon=0.01)
        constant = gan.generator.synthesis.blocks[4].input_layer.constant
        constant.assign(np.random.default_rng(0).standard_normal(constant.shape))
    gan.compile()
    return gan


def steps(gan, digits, count):
    """Scalars of so many steps at 8x8, (count,) each."""
    rows = [gan.run_step(digits, gan.schedule.phases[-1], 1.0) for _ in range(count)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.fixture(scope="module")
def half(digits):
    """(model, scalars) after 200 steps in float16."""
    gan = make(calm=True, precision="float16", r1_every=1)
    return gan, steps(gan, digits, 200)


def test_float16_learns_as_float32_does(half, digits):
    """Means over 200 steps within 2 %, nothing lost but what the loss scale skips while it finds its height."""
    logs = half[1]
    full = steps(make(calm=True, r1_every=1), digits, 200)
    for name in ("d_loss", "g_loss"):
        assert logs[name].mean() == pytest.approx(full[name].mean(), rel=0.02), name
    assert logs["d_skipped"].sum() + logs["g_skipped"].sum() <= 4
    assert np.isfinite(list(logs.values())).all()
    assert 2**8 <= logs["loss_scale"][-1] <= LossScale.START


def test_a_float16_run_is_restored_with_its_loss_scale(half, digits, tmp_path):
    gan = half[0]
    gan.loss_scale.scale.assign(2.0**11)
    save_checkpoint(gan, tmp_path / "a.npz")
    loaded = sg.load(tmp_path / "a.npz")
    assert loaded.config.precision == "float16" and loaded.dtype_policy.name == "mixed_float16"
    assert float(loaded.loss_scale.scale) == 2.0**11
    for a, b in zip(steps(gan, digits, 2).values(), steps(loaded, digits, 2).values(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_float16_model_is_saved_and_loaded(tmp_path):
    gan = make(precision="float16")
    gan.loss_scale.scale.assign(2.0**9)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.generator.dtype_policy.name == "mixed_float16" and float(loaded.loss_scale.scale) == 2.0**9


def test_a_step_that_overflows_is_skipped_and_halves_the_scale(digits):
    gan = make(precision="float16")
    gan.loss_scale.scale.assign(2.0**60)
    before = gan.discriminator.get_weights()
    logs = steps(gan, digits, 1)
    assert logs["d_skipped"] == 1 and float(gan.loss_scale.scale) == 2.0**59
    for a, b in zip(before, gan.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_scale_doubles_after_patience_and_stays_within_its_bounds():
    scale = LossScale()
    scale.sound.assign(LossScale.PATIENCE - 2)
    heights = []
    for skipped in (False, False, False, True):
        scale.adapt(tf.constant(skipped))
        heights.append((float(scale.scale), float(scale.sound)))
    assert heights == [(2.0**16, 1999.0), (2.0**17, 0.0), (2.0**17, 1.0), (2.0**16, 0.0)]
    for start, skipped in ((LossScale.LARGEST, False), (1.0, True)):
        scale.scale.assign(start)
        scale.sound.assign(LossScale.PATIENCE)
        scale.adapt(tf.constant(skipped))
        assert float(scale.scale) == start


def test_r1_of_small_gradients_is_right_in_float16():
    """Gradients of 1e-6 a pixel: float16 itself has steps of 6e-8, and their squares are far below all it can
    hold.
    """
    config = Config(
        resolution=32, channels=1, fmap_base=256, fmap_max=32, z_dim=16, w_dim=16, mapping_width=16
    )
    full, half = Discriminator(config), Discriminator(config, dtype="mixed_float16")
    full.head.dense1.kernel.assign(full.head.dense1.kernel * 1e-3)
    half.set_weights(full.get_weights())
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (4, 32, 32, 1)), tf.float32)
    penalty, scores = r1_penalty(half, images)
    assert penalty.dtype == scores.dtype == tf.float32
    expected = r1_penalty(full, images)[0].numpy()
    assert np.sqrt(expected / 32**2).max() < 1e-5
    np.testing.assert_allclose(penalty, expected, rtol=0.02)


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_w_images_and_scores_are_float32(dtype):
    G, D = Generator(TINY, dtype=dtype), Discriminator(TINY, dtype=dtype)
    w = G.mapping(tf.ones((4, 16)))
    images = G.synthesis(G.broadcast(w), noise="none")
    assert w.dtype == images.dtype == D(images).dtype == tf.float32
    assert G.synthesis.blocks[8].compute_dtype == D.blocks[8].compute_dtype == dtype.removeprefix("mixed_")


def test_bfloat16_needs_no_loss_scale(digits):
    gan = make(precision="bfloat16")
    logs = steps(gan, digits, 2)
    assert gan.loss_scale is None and "loss_scale" not in logs and np.isfinite(logs["d_loss"]).all()


def test_the_policy_of_the_model_is_kept_in_its_config():
    assert StyleGAN(TINY, dtype="mixed_bfloat16").config.precision == "bfloat16"


def test_weights_of_16_bits_are_refused():
    with pytest.raises(ValueError, match="training needs float32 weights: give mixed_float16"):
        StyleGAN(TINY, dtype="float16")
