"""Every wrong answer that students are known to give is caught and named; right answers written differently
pass.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

import stylegan_tf as sg
from stylegan_tf.checks import adain, ffhq
from stylegan_tf.networks.adain import AdaIN
from stylegan_tf.planning import memory
from stylegan_tf.planning import plan as planning


def normal(x, axis=(1, 2), epsilon=1e-8, **kwargs):
    return (x - x.mean(axis=axis, keepdims=True)) / np.sqrt(
        x.var(axis=axis, keepdims=True, **kwargs) + epsilon
    )


def halves(style):
    return style[:, None, None, : style.shape[1] // 2], style[:, None, None, style.shape[1] // 2 :]


def wait(gpus, overhead):
    """Seconds that a step waits; a single GPU waits for nobody."""
    return gpus * overhead if gpus > 1 else 0


def loss(scores):
    return np.log1p(np.exp(np.minimum(scores, 30))) + np.maximum(scores - 30, 0)


@np.errstate(divide="ignore", invalid="ignore")
def with_statistics_of(content, style, axis=(1, 2), power=1):
    s = style.std(axis=axis, keepdims=True) ** power / content.std(axis=axis, keepdims=True) ** power
    return (content - content.mean(axis=axis, keepdims=True)) * s + style.mean(axis=axis, keepdims=True)


# check -> [(a student's wrong answer, words of the sentence that names it)]
WRONG = {
    sg.checks.check_feature_statistics: [
        (lambda x: (x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))), "over the batch"),
        (lambda x: (x.mean(axis=(1, 2, 3)), x.std(axis=(1, 2, 3))), "over the channels"),
        (lambda x: (x.mean(axis=(1, 2)), x.var(axis=(1, 2))), "variance"),
        (lambda x: (x.mean(axis=(1, 2)), x.std(axis=(1, 2), ddof=1)), "N - 1"),
        (lambda x: (x.std(axis=(1, 2)), x.mean(axis=(1, 2))), "wrong order"),
        (lambda x: (x.mean(axis=(1, 2), keepdims=True), x.std(axis=(1, 2), keepdims=True)), "(B, 1, 1, C)"),
        (lambda x: x.mean(axis=(1, 2)), "shape"),
        (lambda x: "the mean", "must return numbers"),
        (lambda x: x.mean(axis=7), "AxisError"),
    ],
    sg.checks.check_transfer: [
        (lambda c, s: with_statistics_of(s, c), "swapped"),
        (
            lambda c, s: c - c.mean(axis=(1, 2), keepdims=True) + s.mean(axis=(1, 2), keepdims=True),
            "only the means",
        ),
        (lambda c, s: with_statistics_of(c, s, power=2), "variances"),
        (lambda c, s: with_statistics_of(c, s, axis=(1, 2, 3)), "over all channels"),
        (
            np.errstate(divide="ignore")(
                lambda c, s: (
                    c * (s.std((1, 2), keepdims=True) / c.std((1, 2), keepdims=True))
                    + s.mean((1, 2), keepdims=True)
                )
            ),
            "subtract the content's mean",
        ),
        (lambda c, s: with_statistics_of(c, s, axis=None), "whole batch"),
        (lambda c, s: with_statistics_of(c, s), "0 / 0"),
        (lambda c, s: np.nan_to_num(with_statistics_of(c, s)), "in trial 2"),
        (lambda c, s: normal(s) * c.std((1, 2))[:, None, None] + c.mean((1, 2))[:, None, None], "swapped"),
        (lambda c, s: c, "off by"),
    ],
    sg.checks.check_adain: [
        (lambda x, style: normal(x) * halves(style)[0] + halves(style)[1], "forgot the + 1"),
        (lambda x, style: normal(x) * (halves(style)[1] + 1) + halves(style)[0], "swapped"),
        (
            lambda x, style: normal(x, (0, 1, 2)) * (halves(style)[0] + 1) + halves(style)[1],
            "batch normalisation",
        ),
        (
            lambda x, style: normal(x, (1, 2, 3)) * (halves(style)[0] + 1) + halves(style)[1],
            "layer normalisation",
        ),
        (lambda x, style: x * (halves(style)[0] + 1) + halves(style)[1], "not normalised"),
        (
            lambda x, style: normal(x) * (style[:, None, None, ::2] + 1) + style[:, None, None, 1::2],
            "every other number",
        ),
        (
            np.errstate(invalid="ignore")(
                lambda x, style: normal(x, epsilon=np.float32(0)) * halves(style)[0] + halves(style)[1]
            ),
            "two things",
        ),
        (lambda x, style: normal(x) * (style + 1), "ValueError"),
        (lambda x, style: normal(x) * 2, "off by"),
    ],
    sg.checks.check_generator_loss: [
        (lambda f: -loss(f)[:, 0], "saturating"),
        (lambda f: loss(f)[:, 0], "rewarded for being caught"),
        (lambda f: -f[:, 0], "Wasserstein"),
        (lambda f: loss(-f).mean(), "one number per image"),
        (lambda f: loss(-f), "(B, 1)"),
    ],
    sg.checks.check_discriminator_loss: [
        (lambda r, f: (loss(r) + loss(-f))[:, 0], "swapped"),
        (lambda r, f: loss(f)[:, 0], "real images are missing"),
        (lambda r, f: loss(-r)[:, 0], "fake images are missing"),
        (lambda r, f: (loss(f) + loss(-r))[:, 0] / 2, "mean of the two"),
        (lambda r, f: (f - r)[:, 0], "Wasserstein"),
        (lambda r, f: loss(f).mean() + loss(-r).mean(), "one number per image"),
    ],
    sg.checks.check_best_discriminator: [
        (lambda p, q: q / (p + q), "being generated"),
        (lambda p, q: p / q, "ratio"),
        (lambda p, q: np.log(p) - np.log(q), "before the sigmoid"),
        (lambda p, q: p - q, "difference"),
    ],
    sg.checks.check_truncate: [
        (lambda w, m, psi: w * (1 - psi) + m * psi, "from w to the mean"),
        (lambda w, m, psi: psi * w, "towards zero"),
        (lambda w, m, psi: psi * w + (1 - psi) * w.mean(0), "mean of this batch"),
        (lambda w, m, psi: m + psi * w, "not subtracted"),
        (lambda w, m, psi: psi * (w - m), "not added again"),
        (lambda w, m, psi: m - psi * (w - m), "wrong sign"),
    ],
    sg.checks.check_largest_batch: [
        (lambda gpu, fixed, maps, group: gpu // (fixed + maps) // group * group, "once"),
        (lambda gpu, fixed, maps, group: gpu // maps // group * group, "forgotten"),
        (lambda gpu, fixed, maps, group: np.round((gpu - fixed) / maps / group) * group, "nearest"),
        (lambda gpu, fixed, maps, group: np.ceil((gpu - fixed) / maps / group) * group, "round up"),
        (lambda gpu, fixed, maps, group: (gpu - fixed) // maps, "not a multiple"),
        (lambda gpu, fixed, maps, group: (gpu - fixed) / maps, "half a picture"),
        (lambda gpu, fixed, maps, group: (gpu - fixed) // (group * maps), "number of groups"),
        (
            lambda gpu, fixed, maps, group: np.maximum(group, (gpu - fixed) // maps // group * group),
            "no group fits",
        ),
        (lambda gpu, fixed, maps, group: (gpu - fixed) // maps[-1] // group * group, "each stage"),
        (lambda gpu, fixed, maps, group: (gpu - fixed) // maps.cumsum() // group * group, "one stage"),
        (lambda gpu, fixed, maps, group: maps, "off by"),
    ],
    sg.checks.check_days: [
        (lambda k, f, t, b, g, o: (k * f / (1e3 * t * g) + k / b * wait(g, o)) / 86400, "kimg as images"),
        (lambda k, f, t, b, g, o: (k * f / t + 1e3 * k / b * wait(g, o)) / 86400, "GPUs is missing"),
        (lambda k, f, t, b, g, o: k * f / t / g / 86400, "wait is missing"),
        (lambda k, f, t, b, g, o: (k * f / t / g + 1e3 * k * wait(g, o)) / 86400, "for every image"),
        (lambda k, f, t, b, g, o: (k * f / t + 1e3 * k / b * wait(g, o)) / g / 86400, "multiply it"),
        (lambda k, f, t, b, g, o: (k * f / t / g + 1e3 * k / b * o) / 86400, "grows with the GPUs"),
        (lambda k, f, t, b, g, o: (k * f / t / g + 1e3 * k / b * o * g) / 86400, "waits for nobody"),
        (lambda k, f, t, b, g, o: k * f / t / g + 1e3 * k / b * wait(g, o), "seconds"),
        (lambda k, f, t, b, g, o: (k * f / t / g + 1e3 * k / b * wait(g, o)) / 3600, "hours"),
        (lambda k, f, t, b, g, o: (1e3 * k * f / t / g + 1e3 * k / b * wait(g, o)) / 86400, "mixed"),
        (lambda k, f, t, b, g, o: k, "off by"),
    ],
    sg.checks.check_replica_loss: [
        (lambda losses, replicas: losses.mean(), "as many times too large"),
        (lambda losses, replicas: losses.sum(), "grows with the batch"),
        (lambda losses, replicas: losses.sum() / replicas, "not by this replica's images"),
        (lambda losses, replicas: losses.mean() * replicas, "upside down"),
        (lambda losses, replicas: losses / len(losses) / replicas, "one number"),
    ],
}


def test_a_division_by_zero_is_named():
    """Without epsilon a map whose pixels are all equal becomes 0 / 0."""
    with pytest.raises(sg.checks.WrongAnswer, match="0 / 0"), np.errstate(invalid="ignore"):
        sg.checks.check_adain(
            lambda x, style: normal(x, epsilon=np.float32(0)) * (halves(style)[0] + 1) + halves(style)[1]
        )


def test_an_overflowing_logarithm_is_named():
    with (
        pytest.raises(sg.checks.WrongAnswer, match="log\\(0\\)"),
        np.errstate(over="ignore", divide="ignore"),
    ):
        sg.checks.check_generator_loss(lambda f: -np.log(1 / (1 + np.exp(-f)))[:, 0])


def adain_by_loops(x, style):
    result, channels = np.empty_like(x), x.shape[-1]
    for b in range(len(x)):
        for c in range(channels):
            m = x[b, :, :, c]
            result[b, :, :, c] = (style[b, c] + 1) * (m - m.mean()) / (m.std() + 1e-4) + style[
                b, channels + c
            ]
    return result


def adain_by_keras(x, style):
    scale, shift = ops.split(style[:, None, None], 2, axis=-1)
    mean, variance = ops.moments(x, axes=(1, 2), keepdims=True)
    return (scale + 1) * (x - mean) * ops.rsqrt(variance + 1e-8) + shift


def adain_by_group_norm(x, style):
    """Instance norm is a group norm with one group per channel."""
    layer = keras.layers.GroupNormalization(groups=-1, scale=False, center=False, epsilon=1e-8)
    scale, shift = tf.split(style[:, None, None], 2, axis=-1)
    return layer(x) * (1 + scale) + shift


RIGHT = [
    (sg.checks.check_feature_statistics, lambda x: [ops.mean(x, (1, 2)), ops.std(x, (1, 2))]),
    (
        sg.checks.check_feature_statistics,
        lambda x: ((f := x.reshape(len(x), -1, x.shape[3])).mean(1), f.std(1)),
    ),
    (
        sg.checks.check_transfer,
        lambda c, s: normal(c) * s.std((1, 2))[:, None, None] + s.mean((1, 2))[:, None, None],
    ),
    (sg.checks.check_adain, adain_by_keras),
    (sg.checks.check_adain, adain_by_group_norm),
    (
        sg.checks.check_adain,
        lambda x, style: (np.split(style[:, None, None], 2, -1)[0] + 1) * normal(x) + halves(style)[1],
    ),
    (sg.checks.check_generator_loss, lambda f: tf.nn.softplus(-f[:, 0])),
    (sg.checks.check_generator_loss, lambda f: -tf.math.log_sigmoid(f)[:, 0]),
    (
        sg.checks.check_generator_loss,
        lambda f: keras.losses.binary_crossentropy(np.ones_like(f), f, from_logits=True),
    ),
    (
        sg.checks.check_discriminator_loss,
        lambda r, f: (
            keras.losses.binary_crossentropy(np.ones_like(r), r, from_logits=True)
            + keras.losses.binary_crossentropy(np.zeros_like(f), f, from_logits=True)
        ),
    ),
    (sg.checks.check_best_discriminator, lambda p, q: 1 / (1 + q / p)),
    (sg.checks.check_truncate, lambda w, m, psi: psi * w + (1 - psi) * m),
    (
        sg.checks.check_largest_batch,
        lambda gpu, fixed, maps, group: [group * int((gpu - fixed) / (group * m)) for m in maps],
    ),
    (
        sg.checks.check_days,
        lambda k, f, t, b, g, o: 1e3 * k / b * (b / g * f * 1e9 / (t * 1e12) + wait(g, o)) / 3600 / 24,
    ),
    (
        sg.checks.check_replica_loss,
        lambda losses, replicas: tf.nn.compute_average_loss(losses, global_batch_size=len(losses) * replicas),
    ),
]


def test_the_oracle_of_adain_is_the_layer():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 4, 4, 3)).astype("float32"), rng.normal(size=(2, 5)).astype("float32")
    layer = AdaIN()
    expected = layer(x, w)
    np.testing.assert_allclose(
        adain._ADAIN.oracle(x, np.asarray(layer.affine(w))), expected, rtol=1e-4, atol=1e-5
    )


def test_the_oracle_of_days_is_the_planner():
    """Without the moving of maps, which the exercise leaves out."""
    config = sg.preset("ffhq64")
    speed = planning.Throughput(rate=5e12, overhead=0.02)
    gflop = planning.turn_flops(config, 64) / 1e9
    for gpus in (1, 8):
        step = planning.seconds(config, 64, 32, gpus, speed)
        days = ffhq._DAYS.oracle(600, gflop, 5, 32, gpus, 0.02)
        np.testing.assert_allclose(days, 600_000 / 32 * step / 86_400)


CONFIG = sg.preset("mnist32")


def test_the_count_of_styles_is_the_size_of_the_affine_maps(capsys):
    generator = sg.Generator(CONFIG)
    outputs = [v.shape[1] for v in generator.trainable_variables if v.path.endswith("affine/kernel")]
    sg.checks.check_style_count(sum(outputs), CONFIG)
    assert "correct" in capsys.readouterr().out


@pytest.mark.parametrize(
    "value, words",
    [
        (352, "half"),
        (176, "two layers"),
        (512, "ws"),
        (8, "styled layers"),
        (1024, "not all layers"),
        (705, "not it"),
    ],
)
def test_a_wrong_count_is_named(value, words):
    with pytest.raises(sg.checks.WrongAnswer, match=words):
        sg.checks.check_style_count(value, CONFIG)


def test_the_oracle_of_the_largest_batch_is_the_planner():
    """The planner also keeps a tenth of a GPU free."""
    config = sg.preset("ffhq1024")
    sides = (128, 256, 512, 1024)
    fixed = memory.weights(config)
    maps = np.array([memory.activations(config, side) for side in sides])
    for gpu in (16e9, 24e9):
        room = planning.USABLE * (gpu - planning.RESERVE)
        expected = [planning.largest_batch(config, side, gpu) for side in sides]
        np.testing.assert_array_equal(ffhq._LARGEST_BATCH.oracle(room, fixed, maps, 4), expected)


@pytest.mark.parametrize(
    "value, words",
    [
        ((5, 1, 32, 32), "last"),
        ((5, 32, 32), "missing"),
        ((32, 32, 1), "one image"),
        ((5, 28, 28, 1), "draws 32x32"),
        ((5, 64), "latent"),
        (5, "not it"),
    ],
)
def test_a_wrong_shape_is_named(value, words):
    with pytest.raises(sg.checks.WrongAnswer, match=words):
        sg.checks.check_shape(value, 5, CONFIG)


def test_a_right_shape_passes_as_a_list(capsys):
    sg.checks.check_shape([5, 32, 32, 1], 5, CONFIG)
    assert "correct" in capsys.readouterr().out


@pytest.mark.parametrize("answer", [..., None, lambda x, style: ..., lambda x, style: None])
def test_an_unanswered_exercise_is_reported_and_passes(answer, capsys):
    sg.checks.check_adain(answer)
    assert capsys.readouterr().out.startswith("… not answered")


def test_a_wrong_answer_is_only_reported_to_a_student(monkeypatch, capsys):
    monkeypatch.setenv("STYLEGAN_TF_PROFILE", "cpu")
    sg.checks.check_best_discriminator(lambda p, q: p / q)
    assert capsys.readouterr().out.startswith("✗ not yet: that is a ratio")


def test_a_value_where_a_function_is_asked_for_is_wrong():
    with pytest.raises(sg.checks.WrongAnswer, match="asks for a function"):
        sg.checks.check_adain(np.zeros(3))


def test_an_answer_that_writes_into_its_input_is_told_so_and_does_not_spoil_the_check():
    def in_place(p, q):
        q += p
        p /= q
        return p

    with pytest.raises(sg.checks.WrongAnswer, match="numbers are right.*work on a copy"):
        sg.checks.check_best_discriminator(in_place)
