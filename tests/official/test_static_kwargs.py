import itertools

import pytest

from stylegan_tf import ABLATIONS, PRESETS, Config
from stylegan_tf.networks.generator import Generator
from stylegan_tf.official.static_kwargs import FIELDS, from_config, to_config, truncation

SIZES = dict(num_channels=3, resolution=64, label_size=0)
ODD = (
    None,
    True,
    False,
    "x",
    "",
    -1,
    0,
    1.5,
    10**30,
    1e300,
    -1e300,
    float("nan"),
    float("inf"),
    [],
    [1, 2, 1],
    ["x"],
)


@pytest.mark.parametrize("function", FIELDS)
def test_no_argument_at_all_is_the_default_network(function):
    """Except for the sizes, which have to be there."""
    base = Config(**ABLATIONS["A"]) if function.endswith("paper") else Config()
    assert to_config(function, dict(num_channels=3, resolution=1024)) == base
    for name in ("num_channels", "resolution"):
        with pytest.raises(ValueError, match=f"{function} lack {name}"):
            to_config(function, {k: v for k, v in SIZES.items() if k != name})


@pytest.mark.parametrize("function", FIELDS)
def test_any_value_gives_a_config_or_a_sentence(function):
    """Also what would overflow, or compare badly."""
    names = [
        *FIELDS[function],
        "mapping_nonlinearity",
        "structure",
        "dtype",
        "truncation_psi",
        "use_leakyrelu",
        "other",
    ]
    results = []
    for name, value in itertools.product(names, ODD):
        try:
            results.append(to_config(function, {**SIZES, name: value}))
        except ValueError as error:
            results.append(str(error))
    assert {type(result) for result in results} == {Config, str}
    assert all(len(result) < 300 for result in results if isinstance(result, str))


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("function", ["G_style", "D_basic"])
def test_presets_come_back_in_what_a_pickle_says(function, name):
    config = PRESETS[name]
    back = to_config(function, from_config(function, config))
    for field in FIELDS[function].values():
        assert getattr(back, field) == getattr(config, field)


def test_the_default_network_needs_three_arguments():
    expected = dict(num_channels=3, resolution=1024, label_size=0)
    assert from_config("G_style", Config()) == from_config("D_basic", Config()) == expected


def test_each_argument_changes_its_own_field():
    changes = dict(
        fmap_base=1024, fmap_decay=0.5, fmap_max=64, use_wscale=False, fused_scale=True, nonlinearity="relu",
        mapping_nonlinearity="relu", blur_filter=None, latent_size=100, dlatent_size=90, mapping_layers=3, mapping_fmaps=80,
        mapping_lrmul=0.1, normalize_latents=False, use_styles=False, const_input_layer=False, use_noise=False,
        use_pixel_norm=True, use_instance_norm=False, style_mixing_prob=0.5, dlatent_avg_beta=0.9,
    )  # fmt: skip
    expected = Config(
        resolution=64, fmap_base=1024, fmap_decay=0.5, fmap_max=64, equalized=False, fused_kernels=True, activation="relu",
        blur=False, z_dim=100, w_dim=90, mapping_layers=3, mapping_width=80, mapping_lr=0.1, normalize_z=False, styles=False,
        constant_input=False, noise=False, pixel_norm=True, instance_norm=False, mixing_probability=0.5, w_avg_beta=0.9,
    )  # fmt: skip
    assert to_config("G_style", {**SIZES, **changes}) == expected
    assert from_config("G_style", expected) == {**SIZES, **changes}


def test_progressive_gan_has_latents_as_long_as_its_widest_layer():
    assert to_config("G_paper", {**SIZES, "fmap_base": 512, "fmap_max": 64}).z_dim == 64
    assert to_config("G_paper", {**SIZES, "latent_size": None}).z_dim == 512
    assert to_config("G_paper", {**SIZES, "latent_size": 100}).w_dim == 100


def test_progressive_gan_with_labels_is_refused():
    with pytest.raises(ValueError, match="label_size = 3; here ProGAN has no labels"):
        to_config("D_paper", {**SIZES, "label_size": 3})


def test_truncation_is_off_where_one_of_its_two_numbers_is_missing():
    assert truncation({}) == (0.7, 8)
    assert truncation({"truncation_psi": 0.5}) == (0.5, 8)
    assert truncation({"truncation_psi": None}) is truncation({"truncation_cutoff": None}) is None


@pytest.mark.parametrize("mapping, synthesis", [("relu", "lrelu"), ("lrelu", "relu")])
def test_the_mapping_network_may_have_an_activation_of_its_own(mapping, synthesis):
    official = {**SIZES, "nonlinearity": synthesis, "mapping_nonlinearity": mapping}
    config = to_config("G_style", official)
    assert (config.activation, config.mapping_activation) == (synthesis, mapping)
    assert Generator(config.replace(resolution=8, fmap_max=8)).mapping.activation == mapping
    assert to_config("G_style", from_config("G_style", config)) == config
