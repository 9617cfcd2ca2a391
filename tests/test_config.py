import dataclasses
import json

import numpy as np
import pytest

from stylegan_tf import ABLATIONS, PRESETS, Config, official_batch_sizes, preset

WRONG = [  # field, a value that cannot work, what the message must say
    ("resolution", 0, "a power of two from 8 to 1024"),
    ("resolution", 4, "a power of two from 8 to 1024"),
    ("resolution", 48, "a power of two from 8 to 1024"),
    ("resolution", 2048, "a power of two from 8 to 1024"),
    ("resolution", -8, "a power of two from 8 to 1024"),
    ("resolution", 32.0, "int"),
    ("resolution", "32", "int"),
    ("channels", 2, "1 \\(grey\\) or 3 \\(RGB\\)"),
    ("channels", True, "int"),
    ("z_dim", 0, "greater than 0"),
    ("w_dim", -1, "greater than 0"),
    ("mapping_width", 0, "greater than 0"),
    ("mapping_layers", 9, "between 0 and 8"),
    ("mapping_layers", -1, "between 0 and 8"),
    ("mapping_lr", 0.0, "greater than 0"),
    ("label_dim", -1, "0 or more"),
    ("normalize_z", 1, "bool"),
    ("fmap_base", 0, "greater than 0"),
    ("fmap_base", 100, "large enough for one feature map at 1024"),
    ("fmap_decay", float("nan"), "float"),
    ("fmap_max", 0, "greater than 0"),
    ("mapping_activation", "tanh", "'same', 'lrelu' or 'relu'"),
    ("activation", "tanh", "'lrelu' or 'relu'"),
    ("blur", "yes", "bool"),
    ("noise", None, "bool"),
    ("styles", False, "constant_input is True; it must be False when styles is False"),
    ("fused_kernels", "sometimes", "true, false or auto"),
    ("mbstd_group", -4, "0 or more"),
    ("mbstd_features", 0, "greater than 0"),
    ("mbstd_features", 3, "a divisor of the 512 maps at 4x4"),
    ("loss", "hinge", "'logistic' or 'wgan-gp'"),
    ("r1_gamma", -1.0, "0 or more"),
    ("r1_gamma", float("inf"), "float"),
    ("r1_every", 0, "greater than 0"),
    ("penalty_scaling", "none", "'official' or 'constant'"),
    ("precision", "float8", "'float32', 'float16' or 'bfloat16'"),
    ("mixing_probability", 1.5, "between 0 and 1"),
    ("mixing_probability", -0.1, "between 0 and 1"),
    ("augment", "adaptive", "'none', 'fixed' or 'ada'"),
    ("augment_groups", "blit,color", "some of blit, geometry and colour"),
    ("augment_p", 1.5, "between 0 and 1"),
    ("augment_target", -0.1, "between 0 and 1"),
    ("augment_kimg", 0.0, "greater than 0"),
    ("freeze", "map", "words, each mapping, or G: or D: and sides of 4, 8, 16"),
    ("freeze", "D:12", "sides of 4, 8"),
    ("freeze", "E:4", "words, each mapping"),
    ("learning_rate", 0.0, "greater than 0"),
    ("learning_rate", "fast", "float"),
    ("generator_lr", 0.0, "greater than 0"),
    ("learning_rates", {20: 0.1}, "a map from resolutions to numbers >= 0"),
    ("learning_rates", {8: -0.1}, "a map from resolutions to numbers >= 0"),
    ("learning_rates", [0.1], "learning_rates is \\[0.1\\]; it must be a map from resolutions"),
    ("learning_rates", {"large": 0.1}, "its keys must be resolutions"),
    ("decay_kimg", -1.0, "0 or more"),
    ("beta_1", 1.0, "at least 0 and less than 1"),
    ("beta_2", -0.1, "at least 0 and less than 1"),
    ("epsilon", 0.0, "greater than 0"),
    ("batch_size", 0, "greater than 0"),
    ("batch_size", 6, "must be a multiple of mbstd_group = 4"),
    ("batch_sizes", {64: 10}, "the batch size at 64x64 is 10; it must be a multiple of mbstd_group = 4"),
    ("batch_sizes", {8: "many"}, "a map from resolutions to numbers"),
    ("accumulate", {8: 1.5}, "a map from resolutions to whole numbers > 0"),
    ("batch_sizes", {8: 0}, "a map from resolutions to whole numbers > 0"),
    ("batch_sizes", {8: 4.5}, "a map from resolutions to whole numbers > 0"),
    ("ema_kimg", 0.0, "greater than 0"),
    ("ema_rampup", -0.1, "0 or more"),
    ("w_avg_beta", 1.0, "at least 0 and less than 1"),
    ("mirror", "left", "bool"),
    ("progressive", 1, "bool"),
    ("start_resolution", 2, "a power of two from 4 to 1024"),
    ("start_resolution", 2048, "a power of two from 4 to 1024"),
    ("total_kimg", 0.0, "greater than 0"),
    ("fade_kimg", -1.0, "0 or more"),
    ("stable_kimg", -1.0, "0 or more"),
    ("stage_kimg", {8: 3.0}, "a map from resolutions to"),
    ("stage_kimg", {8: (1, 2, 3)}, "a map from resolutions to"),
    ("time_shares", {8: -1}, "a map from resolutions to numbers"),
    ("fade_share", 1.1, "between 0 and 1"),
    ("tick_kimg", {3: 1}, "a map from resolutions to numbers"),
    ("tick_kimg", {8: 0}, "a map from resolutions to numbers > 0"),
    ("seed", -1, "0 or more"),
    ("seed", 1.5, "int"),
]


@pytest.mark.parametrize(("field", "value", "message"), WRONG, ids=[f"{f}={v}" for f, v, _ in WRONG])
def test_a_value_that_cannot_work_is_one_clear_error(field, value, message):
    with pytest.raises(ValueError, match=message) as error:
        Config().replace(**{field: value})
    assert "\n" not in str(error.value)


SWITCHES = ["instance_norm", "pixel_norm", "equalized", "pool_last", "constant_input", "shared_forward"]


@pytest.mark.parametrize("name", SWITCHES)
def test_switches_are_booleans(name):
    with pytest.raises(ValueError, match=f"{name} is 'on'; it must be bool"):
        Config().replace(**{name: "on"})


def test_every_field_has_a_wrong_value_above():
    assert {field for field, _, _ in WRONG} | set(SWITCHES) == {f.name for f in dataclasses.fields(Config)}


def test_without_mapping_layers_w_has_the_length_of_z():
    with pytest.raises(ValueError, match="w_dim is 512; it must be 64"):
        Config(mapping_layers=0, z_dim=64)
    with pytest.raises(ValueError, match="w_dim is 512; it must be 1024"):
        Config(mapping_layers=0, label_dim=10)


def test_a_batch_no_larger_than_the_group_needs_no_multiple():
    assert Config(batch_size=3).batch_size == 3


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("resolution", [8, 16, 32, 64, 128, 256, 512, 1024])
def test_every_resolution_is_possible(resolution, channels):
    config = Config(resolution=resolution, channels=channels)
    assert config.num_layers == 2 * len(config.resolutions) == 2 * config.log2_resolution - 2
    assert config.resolutions[-1] == resolution


def test_a_config_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().resolution = 8


# Replace, and JSON


def test_an_unknown_name_suggests_the_near_one():
    with pytest.raises(ValueError, match="Config has no field 'resolutoin'; did you mean 'resolution'?"):
        Config().replace(resolutoin=64)


def test_an_unknown_name_without_a_near_one_lists_the_fields():
    with pytest.raises(ValueError, match="no field 'qwxz'; the fields are resolution, channels, z_dim"):
        Config().replace(qwxz=1)


def test_an_unknown_name_in_a_dictionary_is_told():
    with pytest.raises(ValueError, match="did you mean 'fmap_max'"):
        Config.from_dict({"fmap_mx": 3})


def test_replace_leaves_the_original():
    config = Config()
    assert config.replace(resolution=64).resolution == 64
    assert config.resolution == 1024


CONFIGS = {
    "default": Config(),
    **PRESETS,
    **{
        f"ablation {name}": preset("ffhq256").replace(**changes, w_dim=512)
        for name, changes in ABLATIONS.items()
    },
    "all else": Config(
        label_dim=3,
        fused_kernels=False,
        stage_kimg={8: (1, 2.5)},
        time_shares={16: 0.3},
        batch_sizes={4: 64},
        learning_rates={},
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_survives_json(name):
    written = json.loads(json.dumps(CONFIGS[name].to_dict()))
    assert Config.from_dict(written) == CONFIGS[name]


def test_json_brings_back_integer_keys_and_tuples():
    config = Config.from_dict(json.loads(json.dumps(Config(stage_kimg={8: (1, 2)}).to_dict())))
    assert config.stage_kimg == {8: (1, 2)}
    assert config.learning_rate_at(256) == 0.002


# What the values mean (docs/exactness.md)


def test_feature_maps_are_the_published_ones():
    config = Config()
    assert [config.width(r) for r in config.resolutions] == [512, 512, 512, 512, 256, 128, 64, 32, 16]
    assert [Config(resolution=16, fmap_decay=0.5, fmap_base=20, fmap_max=16).nf(s) for s in range(5)] == [
        16,
        14,
        10,
        7,
        5,
    ]


def test_kernels_are_stored_fused_from_128_up():
    config = Config()
    assert [config.fused_at(r) for r in (8, 64, 128, 1024)] == [False, False, True, True]
    assert config.replace(fused_kernels=True).fused_at(8)
    assert not config.replace(fused_kernels=False).fused_at(1024)


def test_penalties_shrink_with_each_missing_doubling():
    config = Config()
    assert config.r1_gamma_at(1024) == 10.0
    assert config.r1_gamma_at(8) == 10.0 / 16384
    assert config.penalty_scale(256) == 0.25
    assert config.replace(penalty_scaling="constant").r1_gamma_at(8) == 10.0


def test_learning_rates_are_the_official_ones():
    assert [Config().learning_rate_at(r) for r in (8, 64, 128, 256, 512, 1024)] == [
        0.001,
        0.001,
        0.0015,
        0.002,
        0.003,
        0.003,
    ]


def test_official_batch_sizes_depend_on_the_gpus():
    assert official_batch_sizes(8) == {
        4: 512,
        8: 256,
        16: 128,
        32: 64,
        64: 32,
        128: 32,
        256: 32,
        512: 32,
        1024: 32,
    }
    assert official_batch_sizes(1)[1024] == 4
    with pytest.raises(ValueError, match=r"gpus is 3; the official tables exist for \[1, 2, 4, 8\]"):
        official_batch_sizes(3)


def test_the_average_halves_its_memory_each_ema_kimg():
    config = Config(ema_kimg=2.0)
    assert config.ema_beta(images=0, batch=2000) == config.ema_beta(images=10**6, batch=2000) == 0.5


def test_the_average_of_a_young_run_forgets_faster():
    config = Config(ema_kimg=10.0, ema_rampup=0.1)
    assert config.ema_beta(images=0, batch=4) == 0.0
    assert config.ema_beta(images=20_000, batch=2000) == 0.5
    assert config.ema_beta(images=10**6, batch=10_000) == 0.5


def test_defaults_are_the_official_ones():
    c = Config()
    assert (c.z_dim, c.w_dim, c.mapping_layers, c.mapping_width, c.mapping_lr) == (512, 512, 8, 512, 0.01)
    assert (c.beta_1, c.beta_2, c.epsilon, c.ema_kimg, c.w_avg_beta) == (0.0, 0.99, 1e-8, 10.0, 0.995)
    assert (c.r1_gamma, c.r1_every, c.mixing_probability, c.mbstd_group) == (10.0, 1, 0.9, 4)
    assert (c.start_resolution, c.fade_kimg, c.stable_kimg, c.total_kimg) == (8, 600.0, 600.0, 25000.0)


# Presets and ablations


def test_an_unknown_preset_lists_the_known():
    with pytest.raises(ValueError, match="there is no preset 'mnist'; choose from mnist32"):
        preset("mnist")


@pytest.mark.parametrize("resolution", [64, 128, 256, 512, 1024])
def test_face_presets_are_the_papers(resolution):
    config = preset(f"ffhq{resolution}")
    assert config == Config(resolution=resolution, batch_sizes=official_batch_sizes(8), mirror=True)


def test_digits_preset_is_small_and_grey():
    config = preset("mnist32")
    assert (config.resolution, config.channels, config.mirror) == (32, 1, False)


COLUMNS = "mapping_layers styles constant_input noise mixing_probability instance_norm pixel_norm blur loss start_resolution"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("A", (0, False, False, False, 0.0, False, True, False, "wgan-gp", 4)),
        ("B", (0, False, False, False, 0.0, False, True, True, "logistic", 8)),
        ("C", (8, True, False, False, 0.0, True, False, True, "logistic", 8)),
        ("D", (8, True, True, False, 0.0, True, False, True, "logistic", 8)),
        ("E", (8, True, True, True, 0.0, True, False, True, "logistic", 8)),
        ("F", (8, True, True, True, 0.9, True, False, True, "logistic", 8)),
    ],
)
def test_ablations_are_the_rows_of_table_1(name, values):
    config = Config().replace(**ABLATIONS[name])
    assert tuple(getattr(config, switch) for switch in COLUMNS.split()) == values


@pytest.mark.parametrize("field", ["learning_rate", "batch_size"])
def test_a_field_that_a_map_overrides_is_refused(field):
    """What the message advises works: both at once, or the map alone."""
    config = preset("ffhq256")
    by = field + "s"
    value = type(getattr(config, field))(2)
    with pytest.raises(ValueError, match=f"{by} has its own value at .*256x256; give {by}={{}} as well"):
        config.replace(**{field: value})
    assert getattr(config.replace(**{field: value, by: {}}), f"{field}_at")(256) == value
    assert getattr(config.replace(**{by: {256: value}}), f"{field}_at")(256) == value


def test_the_times_of_a_stage_override_those_of_all():
    with pytest.raises(ValueError, match="stage_kimg has its own value at 4x4, 8x8, 16x16, 32x32"):
        preset("mnist32").replace(stable_kimg=3.0)


def test_a_map_for_larger_resolutions_overrides_nothing():
    assert preset("mnist32").replace(learning_rate=0.5).learning_rate_at(32) == 0.5


def test_numbers_of_numpy_are_numbers():
    labels = np.array([0, 3])
    config = Config(
        label_dim=labels.max() + 1, learning_rate=np.float32(0.5), noise=np.bool_(False), resolution=np.array(16),
        batch_sizes={np.int64(8): np.int32(4)}, stage_kimg={8: [np.float32(1), np.int64(2)]},
    )  # fmt: skip
    assert config == Config(
        label_dim=4,
        learning_rate=0.5,
        noise=False,
        resolution=16,
        batch_sizes={8: 4},
        stage_kimg={8: (1.0, 2)},
    )
    json.dumps(config.to_dict())
