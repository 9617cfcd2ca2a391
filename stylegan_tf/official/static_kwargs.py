"""The keyword arguments that official networks were built with, and the Config that says the same.

Source: official networks_stylegan.py: G_style, D_basic; networks_progan.py: G_paper, D_paper.
"""

from __future__ import annotations

from stylegan_tf.config import Config
from stylegan_tf.official.safe_unpickler import show
from stylegan_tf.presets import ABLATIONS

_ALL = {
    "num_channels": "channels", "resolution": "resolution", "label_size": "label_dim",
    "fmap_base": "fmap_base", "fmap_decay": "fmap_decay", "fmap_max": "fmap_max",
    "use_wscale": "equalized", "fused_scale": "fused_kernels",
}  # fmt: skip
_STYLE = {**_ALL, "nonlinearity": "activation", "blur_filter": "blur"}
FIELDS = {  # build function -> argument -> field of Config. An argument that is absent has Config's default
    "G_style": {
        **_STYLE,
        "latent_size": "z_dim", "dlatent_size": "w_dim",
        "mapping_layers": "mapping_layers", "mapping_fmaps": "mapping_width", "mapping_lrmul": "mapping_lr",
        "normalize_latents": "normalize_z", "use_styles": "styles", "const_input_layer": "constant_input",
        "use_noise": "noise", "use_pixel_norm": "pixel_norm", "use_instance_norm": "instance_norm",
        "style_mixing_prob": "mixing_probability", "dlatent_avg_beta": "w_avg_beta",
    },
    "D_basic": {**_STYLE, "mbstd_group_size": "mbstd_group", "mbstd_num_features": "mbstd_features"},
    "G_paper": {
        **_ALL, "latent_size": "z_dim", "normalize_latents": "normalize_z", "use_pixelnorm": "pixel_norm",
    },
    "D_paper": {**_ALL, "mbstd_group_size": "mbstd_group", "mbstd_num_features": "mbstd_features"},
}  # fmt: skip
# Orders of evaluation, with the same result (docs/exactness.md, The synthesis network)
STRUCTURES = ("auto", "fixed", "linear", "recursive")
TRUNCATION = {
    "truncation_psi": 0.7,
    "truncation_cutoff": 8,
    "truncation_psi_val": None,
    "truncation_cutoff_val": None,
}


def to_config(function: str, kwargs: dict) -> Config:
    """The Config of a network that an official function makes of its arguments.

    Args:
        function: one of FIELDS, such as "G_style".
        kwargs: its keyword arguments, as a snapshot keeps them.

    Raises:
        ValueError: for another function, an unknown argument, or a value that these networks can't be built
            with.
    """
    if function not in FIELDS:
        raise ValueError(f"the build function {show(function)} is unknown; known are {', '.join(FIELDS)}")
    for name in ("num_channels", "resolution"):
        if name not in kwargs:
            raise ValueError(f"static_kwargs of {function} lack {name}, which training always passes")

    # Each argument is a field of the Config, or changes nothing here. ProGAN is configuration A.
    is_progan = function.endswith("_paper")
    fields = FIELDS[function]
    changes = dict(ABLATIONS["A"]) if is_progan else {}
    for name, value in kwargs.items():
        if name in fields:
            changes[fields[name]] = _from_official(name, value)
        elif not _is_runtime(function, name, value):
            raise ValueError(
                f"static_kwargs of {function} have {show(name)} = {show(value)}, "
                "which this package does not know"
            )

    # What depends on several arguments.
    if function == "G_style":
        activation = kwargs.get("mapping_nonlinearity", "lrelu")
        if activation != changes.get("activation", "lrelu"):
            changes["mapping_activation"] = activation
    if is_progan:
        _complete_progan(function, changes)

    # The batch size is training's, and a snapshot does not have it. It must be a multiple of the group.
    group = changes.get("mbstd_group", 0)
    if isinstance(group, int) and group > 1 and Config().batch_size % group:
        changes["batch_size"] = group
    return _config(changes)


def _complete_progan(function, changes):
    """Add what a network of ProGAN is without an argument that says so.

    See docs/exactness.md, Progressive GAN.
    """
    if changes.get("label_dim"):
        raise ValueError(
            f"static_kwargs of {function} have label_size = {show(changes['label_dim'])}; "
            "here ProGAN has no labels"
        )
    is_fused = changes["fused_kernels"]
    if not isinstance(is_fused, bool):
        raise ValueError(f"fused_scale of {function} is {show(is_fused)}; it must be true or false")

    # Without a latent size, z is as long as the first layer is wide; and w is z.
    latent = changes.pop("z_dim", None) or _config(changes).nf(0)
    changes["z_dim"] = latent
    changes["w_dim"] = latent
    changes["pool_last"] = not is_fused


def _config(changes):
    try:
        return Config().replace(**changes)
    except ArithmeticError as error:
        raise ValueError("fmap_base and fmap_decay make widths that are no numbers") from error


def from_config(function: str, config: Config) -> dict:
    """The arguments that make an official function build such a network: sizes, and what is not default.

    Args:
        function: "G_style" or "D_basic".

    Raises:
        ValueError: for a network that this function can't build.
    """
    if config.pool_last:
        raise ValueError(
            "pool_last is True: the unfused discriminator of ProGAN has no official StyleGAN form; "
            "it can't be exported"
        )
    default = Config()
    kwargs = {}
    for name, field in FIELDS[function].items():
        value = getattr(config, field)
        is_size = name in ("num_channels", "resolution", "label_size")
        if is_size or value != getattr(default, field):
            kwargs[name] = None if name == "blur_filter" else value
    if function == "G_style":
        is_same = config.mapping_activation == "same"
        activation = config.activation if is_same else config.mapping_activation
        if activation != "lrelu":
            kwargs["mapping_nonlinearity"] = activation
    return kwargs


def truncation(kwargs: dict) -> tuple | None:
    """(psi, cutoff) with which the official ``run`` truncates by default; None: not at all.

    See docs/exactness.md, Truncation.
    """
    psi = kwargs.get("truncation_psi", TRUNCATION["truncation_psi"])
    cutoff = kwargs.get("truncation_cutoff", TRUNCATION["truncation_cutoff"])
    return None if psi is None or cutoff is None else (psi, cutoff)


def _from_official(name, value):
    """The value of the field that an official argument sets; all but the blur are the same."""
    if name != "blur_filter":
        return value
    if value is None:
        return False
    if not isinstance(value, list | tuple) or list(value) != [1, 2, 1]:
        raise ValueError(f"blur_filter is {show(value)}; here it is [1, 2, 1] or None")
    return True


def _is_runtime(function, name, value) -> bool:
    """Whether an argument only says how the official network is run, with a value that changes nothing here.

    The arguments of a call, such as the truncation, are of this kind too.
    """
    if name == "dtype":
        return value == "float32"
    if name == "structure":
        return value in STRUCTURES
    if function == "G_paper" and name == "use_leakyrelu":
        return value is True
    if function != "G_style":
        return False
    if name in TRUNCATION:
        return value is None or type(value) in (int, float)
    if name == "mapping_nonlinearity":
        return True  # becomes mapping_activation, where it differs from nonlinearity
    return name == "randomize_noise" and isinstance(value, bool)
