"""What makes a Config valid. Every broken rule raises ValueError: the field, its value, what it must be."""

from __future__ import annotations

import math
import typing

POSITIVE = (
    "z_dim",
    "w_dim",
    "mapping_width",
    "mapping_lr",
    "fmap_base",
    "fmap_max",
    "mbstd_features",
    "r1_every",
    "batch_size",
    "ema_kimg",
    "learning_rate",
    "generator_lr",
    "epsilon",
    "total_kimg",
    "augment_kimg",
)
NOT_NEGATIVE = (
    "label_dim",
    "r1_gamma",
    "mbstd_group",
    "fade_kimg",
    "stable_kimg",
    "seed",
    "ema_rampup",
    "decay_kimg",
)
SHARES = ("mixing_probability", "fade_share", "augment_p", "augment_target")  # 0 to 1
DECAYS = ("w_avg_beta", "beta_1", "beta_2")  # 0 to less than 1
CHOICES = {
    "channels": (1, 3),
    "activation": ("lrelu", "relu"),
    "mapping_activation": ("same", "lrelu", "relu"),
    "loss": ("logistic", "wgan-gp"),
    "penalty_scaling": ("official", "constant"),
    "augment": ("none", "fixed", "ada"),
    "precision": ("float32", "float16", "bfloat16"),
    "fused_kernels": (True, False, "auto"),
}
WORDS = {
    "channels": "1 (grey) or 3 (RGB)",
    "fused_kernels": "true, false or auto",
}  # where listing the choices is not enough
MAPS = ("learning_rates", "batch_sizes", "stage_kimg", "time_shares", "tick_kimg", "accumulate")


def check(config) -> None:
    """Raise ValueError for the first rule that a Config breaks."""
    _check_types(config)
    _check_ranges(config)
    _check_networks(config)
    _check_maps(config)
    _check_batches(config)
    _check_augmentation(config)
    _check_freeze(config)


def _need(good: bool, config, name: str, expected: str) -> None:
    if not good:
        raise ValueError(f"{name} is {getattr(config, name)!r}; it must be {expected}")


def _check_types(config):
    for name, kind in typing.get_type_hints(type(config)).items():
        value = getattr(config, name)
        if name == "fused_kernels":
            good, expected = value in CHOICES[name], WORDS[name]
        elif kind is int:
            good, expected = isinstance(value, int) and not isinstance(value, bool), "int"
        elif kind is float:
            good, expected = _is_number(value) and math.isfinite(value), "float"
        elif kind in (bool, str):
            good, expected = isinstance(value, kind), kind.__name__
        else:
            good, expected = isinstance(value, dict), "a map from resolutions"
        _need(good, config, name, expected)


def _check_ranges(config):
    for name in POSITIVE:
        _need(getattr(config, name) > 0, config, name, "greater than 0")
    for name in NOT_NEGATIVE:
        _need(getattr(config, name) >= 0, config, name, "0 or more")
    for name in SHARES:
        _need(0 <= getattr(config, name) <= 1, config, name, "between 0 and 1")
    for name in DECAYS:
        _need(0 <= getattr(config, name) < 1, config, name, "at least 0 and less than 1")
    for name, choices in CHOICES.items():
        listed = ", ".join(repr(choice) for choice in choices[:-1]) + f" or {choices[-1]!r}"
        expected = WORDS.get(name, listed)
        _need(getattr(config, name) in choices, config, name, expected)
    _need(0 <= config.mapping_layers <= 8, config, "mapping_layers", "between 0 and 8")


def _check_networks(config):
    resolution = config.resolution
    _need(
        8 <= resolution <= 1024 and _is_power_of_two(resolution),
        config,
        "resolution",
        "a power of two from 8 to 1024",
    )
    start = config.start_resolution
    is_stage = 4 <= start <= resolution and _is_power_of_two(start)
    _need(is_stage, config, "start_resolution", f"a power of two from 4 to {resolution}")

    is_wide = config.nf(config.log2_resolution) >= 1
    _need(is_wide, config, "fmap_base", f"large enough for one feature map at {resolution}")

    length = config.z_dim * (2 if config.label_dim else 1)  # of what enters the mapping network
    has_length = config.mapping_layers > 0 or config.w_dim == length
    _need(has_length, config, "w_dim", f"{length}, as no mapping layer changes the length")

    divides = config.mbstd_group < 2 or config.nf(1) % config.mbstd_features == 0
    _need(divides, config, "mbstd_features", f"a divisor of the {config.nf(1)} maps at 4x4")

    enters = config.styles or not config.constant_input
    _need(enters, config, "constant_input", "False when styles is False, else w enters nowhere")


def _check_maps(config):
    for name in MAPS:
        length = 2 if name == "stage_kimg" else 1
        for resolution, value in getattr(config, name).items():
            numbers = value if isinstance(value, tuple) else (value,)
            is_stage = 4 <= resolution <= 1024 and _is_power_of_two(resolution)
            are_numbers = len(numbers) == length and all(_is_number(n) and n >= 0 for n in numbers)
            _need(is_stage and are_numbers, config, name, "a map from resolutions to numbers >= 0")
    for name in ("batch_sizes", "accumulate"):
        are_whole = all(isinstance(size, int) and size > 0 for size in getattr(config, name).values())
        _need(are_whole, config, name, "a map from resolutions to whole numbers > 0")
    are_positive = all(kimg > 0 for kimg in config.tick_kimg.values())
    _need(are_positive, config, "tick_kimg", "a map from resolutions to numbers > 0")


def _check_batches(config):
    # G's turn sees the fakes of D's turn, which are gone where a batch is taken in parts.
    is_whole = not config.accumulate or not config.shared_forward
    _need(is_whole, config, "accumulate", "empty where shared_forward keeps the whole batch's fakes")
    group = config.mbstd_group
    for r in config.resolutions:
        batch = config.batch_size_at(r)
        if group > 1 and batch > group and batch % group:
            raise ValueError(
                f"the batch size at {r}x{r} is {batch}; it must be a multiple of mbstd_group = {group}"
            )


def _check_augmentation(config):
    groups = config.augment_groups.split(",")
    are_known = set(groups) <= {"blit", "geometry", "colour"} and len(set(groups)) == len(groups)
    _need(are_known, config, "augment_groups", "some of blit, geometry and colour, with commas between them")
    has_chance = config.augment != "fixed" or config.augment_p > 0
    _need(has_chance, config, "augment_p", "greater than 0 where augment is 'fixed'")
    # A critic's scores have no sign that says real or fake.
    has_sign = config.augment != "ada" or config.loss == "logistic"
    _need(has_sign, config, "augment", "'none' or 'fixed' where loss is 'wgan-gp'")


def _check_freeze(config):
    sides = [str(r) for r in config.resolutions]
    expected = f"words, each mapping, or G: or D: and sides of {', '.join(sides)}, such as D:4,8"
    for word in config.freeze.split():
        network, colon, listed = word.partition(":")
        are_blocks = network in ("G", "D") and colon and set(listed.split(",")) <= set(sides)
        _need(word == "mapping" or are_blocks, config, "freeze", expected)


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_power_of_two(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0
