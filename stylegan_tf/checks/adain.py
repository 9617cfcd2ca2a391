"""Checks of lesson 05: feature statistics, AdaIN, how many numbers steer a picture."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise, judge_value, report
from stylegan_tf.networks.adain import InstanceNorm
from stylegan_tf.networks.layers import EPSILON


def _statistics(x, axis=(1, 2)):
    """Mean and deviation of each map of each image, (B, C) each."""
    return x.mean(axis=axis), np.sqrt(x.var(axis=axis) + EPSILON)


def _features(rng, *shape):
    """Maps whose means and deviations differ from image to image and from channel to channel."""
    b, _, _, c = shape
    scale = rng.uniform(0.5, 3.0, (b, 1, 1, c))
    shift = rng.normal(0.0, 2.0, (b, 1, 1, c))
    return (rng.normal(size=shape) * scale + shift).astype("float32")


_FEATURE_STATISTICS = Exercise(
    oracle=_statistics,
    draw=lambda rng: [(_features(rng, 3, 6, 5, 4),), (_features(rng, 2, 8, 8, 3),)],
    why="one mean and one deviation for each map of each image: its style in numbers.",
    mistakes={
        "you average over the batch too: each image has a style of its own, so the batch axis stays": (
            lambda x: (x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2)))
        ),
        "you average over the channels too: each map keeps its own numbers, so the channel axis stays": (
            lambda x: (x.mean(axis=(1, 2, 3)), x.std(axis=(1, 2, 3)))
        ),
        "the second result is the variance; the deviation is its square root": (
            lambda x: (x.mean(axis=(1, 2)), x.var(axis=(1, 2)))
        ),
        "this is the deviation with N - 1 below; here it is divided by the number of pixels, N": (
            lambda x: (x.mean(axis=(1, 2)), x.std(axis=(1, 2), ddof=1))
        ),
        "the results are in the wrong order: mean first, deviation second": (lambda x: _statistics(x)[::-1]),
        "the shapes are (B, 1, 1, C); the exercise asks for (B, C)": (
            lambda x: (x.mean(axis=(1, 2), keepdims=True), x.std(axis=(1, 2), keepdims=True))
        ),
    },
)


def check_feature_statistics(feature_statistics) -> None:
    """``feature_statistics(x)``: x (B, H, W, C) -> mean and deviation over the pixels, (B, C) each."""
    _FEATURE_STATISTICS.check(feature_statistics)


def _for_pixels(x, axis=(1, 2), epsilon=EPSILON):
    """Mean and deviation of each map of each image, (B, 1, 1, C) each: as they are added to the pixels."""
    return x.mean(axis=axis, keepdims=True), np.sqrt(x.var(axis=axis, keepdims=True) + np.float32(epsilon))


def _transfer(content, style, epsilon=EPSILON, axis=(1, 2)):
    mean_c, std_c = _for_pixels(content.astype("float64"), axis, epsilon)
    mean_s, std_s = _for_pixels(style.astype("float64"), axis, epsilon)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (content - mean_c) / std_c * std_s + mean_s


def _shift_only(content, style):
    return content - content.mean((1, 2), keepdims=True) + style.mean((1, 2), keepdims=True)


def _with_variance(content, style, epsilon=EPSILON):
    mean_c, std_c = _for_pixels(content, epsilon=epsilon)
    mean_s, std_s = _for_pixels(style, epsilon=epsilon)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (content - mean_c) / std_c**2 * std_s**2 + mean_s


def _over_the_image(content, style):
    return _transfer(content, style, axis=(1, 2, 3))


def _over_the_batch(content, style):
    return (content - content.mean()) / content.std() * style.std() + style.mean()


def _not_centred(content, style, epsilon=EPSILON):
    _, std_c = _for_pixels(content, epsilon=epsilon)
    mean_s, std_s = _for_pixels(style, epsilon=epsilon)
    with np.errstate(divide="ignore"):
        return content / std_c * std_s + mean_s


def _draw_transfer(rng):
    """Content and style of different sizes; then the same with one map of the content without variation."""
    content = _features(rng, 2, 6, 6, 3)
    style = _features(rng, 2, 4, 8, 3)
    flat = content.copy()
    flat[..., 1] = 7.0
    return [(content, style), (flat, style)]


_SCALED_WRONGLY = {
    "you scale by variances; use standard deviations": _with_variance,
    "subtract the content's mean before you scale, else it is scaled along": _not_centred,
}
_FLAT_MAP = "a map without variation gives 0 / 0: add 1e-8 to the variance, inside the root"


def _without_epsilon(mistake):
    return lambda content, style: mistake(content, style, epsilon=0.0)


_TRANSFER = Exercise(
    oracle=_transfer,
    draw=_draw_transfer,
    why="the arrangement is the content's, the mean and deviation of every map are the style's.",
    mistakes={
        _FLAT_MAP: _without_epsilon(_transfer),
        "content and style are swapped: the pixels must come from the content": (
            lambda c, s: _transfer(s, c)
        ),
        **_SCALED_WRONGLY,
        **{f"{why}; and {_FLAT_MAP}": _without_epsilon(f) for why, f in _SCALED_WRONGLY.items()},
        "only the means are transferred; divide by the content's deviation and multiply by the style's": (
            _shift_only
        ),
        "your statistics are taken over all channels together; each map has its own": _over_the_image,
        "your statistics are taken over the whole batch; each map of each image has its own": (
            _over_the_batch
        ),
    },
)


def check_transfer(transfer) -> None:
    """``transfer(content, style)``: -> the content with the style's statistics, (B, H, W, C).

    content (B, H, W, C) and style (B, H', W', C) need not have one size. A map of the content without
    variation becomes the style's mean.
    """
    _TRANSFER.check(transfer)


def _modulated(x, scale, shift):
    return x * (scale + 1.0) + shift


def _halves(style):
    return np.split(style[:, None, None, :], 2, axis=-1)


def _normalised(x, axis=(1, 2), epsilon=EPSILON):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + np.float32(epsilon))


def _adain(x, style):
    return _modulated(np.asarray(InstanceNorm()(x)), *_halves(style))


def _interleaved(x, style):
    return _modulated(_normalised(x), style[:, None, None, 0::2], style[:, None, None, 1::2])


def _draw_adain(rng):
    x = _features(rng, 3, 6, 5, 4)
    style = rng.normal(size=(3, 8)).astype("float32")
    flat = x.copy()
    flat[..., 1] = 7.0  # one map without any variation
    return [(x, style), (flat, style)]


_ADAIN = Exercise(
    oracle=_adain,
    draw=_draw_adain,
    why="each map is normalised by itself, and the style alone says what its mean and deviation are now.",
    mistakes={
        "you forgot the + 1: with a style of zeros the picture would vanish instead of staying as it is": (
            lambda x, s: _normalised(x) * _halves(s)[0] + _halves(s)[1]
        ),
        "scale and shift are swapped: the first half of the style is the scale": (
            lambda x, s: _modulated(_normalised(x), *_halves(s)[::-1])
        ),
        "you normalise over the batch too: that is batch normalisation, and mixes the images": (
            lambda x, s: _modulated(_normalised(x, (0, 1, 2)), *_halves(s))
        ),
        (
            "you normalise over the channels too: that is layer normalisation; "
            "each map is normalised by itself"
        ): (lambda x, s: _modulated(_normalised(x, (1, 2, 3)), *_halves(s))),
        _FLAT_MAP: (lambda x, s: _modulated(_normalised(x, epsilon=0.0), *_halves(s))),
        "two things are missing: the + 1, and 1e-8 added to the variance, for maps without variation": (
            lambda x, s: _normalised(x, epsilon=0.0) * _halves(s)[0] + _halves(s)[1]
        ),
        (
            "scale and shift are taken from every other number; "
            "they are the first and the second half of the style"
        ): _interleaved,
        "the input is not normalised: its own mean and deviation are still in the result": (
            lambda x, s: _modulated(x, *_halves(s))
        ),
    },
    tolerance=1e-3,
)


def check_adain(adain) -> None:
    """``adain(x, style)``: x (B, H, W, C), style (B, 2C) -> (scale + 1) * normalised x + shift.

    The first half of the style is the scale, the second the shift.
    """
    _ADAIN.check(adain)


def check_style_count(count: int, config) -> None:
    """How many scales and shifts all layers of a generator with this Config take together."""
    # Each resolution has two layers, and each map of a layer a scale and a shift.
    maps = sum(config.width(r) for r in config.resolutions)
    mistakes = {
        "that is half of it: count the scale and the shift, and both layers of each resolution": 2 * maps,
        (
            "that is one number per map and resolution; there are two layers per resolution, "
            "and a scale and a shift"
        ): maps,
        "those are the numbers in ws; the affine maps turn them into a scale and a shift per map": (
            config.num_layers * config.w_dim
        ),
        "not all layers have as many maps as the first one: the summary above says how many": (
            2 * config.num_layers * config.width(4)
        ),
        "those are the styled layers; each of them has a scale and a shift for each of its maps": (
            config.num_layers
        ),
    }
    why = f"{config.num_layers} layers, each with a scale and a shift for each of its maps."
    report(*judge_value(count, 4 * maps, why, mistakes))
