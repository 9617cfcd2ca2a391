"""The keyword arguments that official networks were built with, and the Config that says the same.

Source: official networks_stylegan.py: G_style, D_basic; networks_progan.py: G_paper, D_paper.
"""

from __future__ import annotations

from stylegan_tf.config import Config
from stylegan_tf.official.pickles import show
from stylegan_tf.presets import ABLATIONS

_ALL = {
    "num_channels": "channels", "resolution": "resolution", "label_size": "label_dim", "fmap_base": "fmap_base",
    "fmap_decay": "fmap_decay", "fmap_max": "fmap_max", "use_wscale": "equalized", "fused_scale": "fused_kernels",
}  # fmt: skip
_STYLE = {**_ALL, "nonlinearity": "activation", "blur_filter": "blur"}
FIELDS = {  # build function -> argument -> field of Config. An argument that is absent has Config's default
    "G_style": {
        **_STYLE, "latent_size": "z_dim", "dlatent_size": "w_dim", "mapping_layers": "mapping_layers",
        "mapping_fmaps": "mapping_width", "mapping_lrmul": "mapping_lr", "normalize_latents": "normalize_z",
        "use_styles": "styles", "const_input_layer": "constant_input", "use_noise": "noise", "use_pixel_norm": "pixel_norm",
        "use_instance_norm": "instance_norm", "style_mixing_prob": "mixing_probability", "dlatent_avg_beta": "w_avg_beta",
    },
    "D_basic": {**_STYLE, "mbstd_group_size": "mbstd_group", "mbstd_num_features": "mbstd_features"},
    "G_paper": {**_ALL, "latent_size": "z_dim", "normalize_latents": "normalize_z", "use_pixelnorm": "pixel_norm"},
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
    """The Config of a network that ``function``, an official build function, makes of ``kwargs``.

    Raises:
        ValueError: for another function, an unknown argument, or a value that these networks can't be built
            with.
    """
    if function not in FIELDS:
        raise ValueError(f"the build function {show(function)} is unknown; known are {', '.join(FIELDS)}")
    fields, progan = FIELDS[function], function.endswith("_paper")
    for name in ("num_channels", "resolution"):
        if name not in kwargs:
            raise ValueError(f"static_kwargs of {function} lack {name}, which training always passes")
    changes = dict(ABLATIONS["A"]) if progan else {}
    for name, value in kwargs.items():
        if name in fields:
            changes[fields[name]] = _from_official(name, value)
        elif not _is_runtime(function, name, value, kwargs):
            raise ValueError(
                f"static_kwargs of {function} have {show(name)} = {show(value)}, which this package does not know"
            )
    if function == "G_style" and kwargs.get("mapping_nonlinearity", "lrelu") != changes.get(
        "activation", "lrelu"
    ):
        raise ValueError("mapping_nonlinearity differs from nonlinearity; here one activation serves both")
    if progan and changes.get("label_dim"):
        raise ValueError(
            f"static_kwargs of {function} have label_size = {show(changes['label_dim'])}; here ProGAN has no labels"
        )
    if progan and not isinstance(changes["fused_kernels"], bool):
        raise ValueError(
            f"fused_scale of {function} is {show(changes['fused_kernels'])}; it must be true or false"
        )
    if progan:
        latent = changes.pop("z_dim", None) or _config(changes).nf(0)
        # docs/exactness.md, Progressive GAN
        changes |= {"z_dim": latent, "w_dim": latent, "pool_last": not changes["fused_kernels"]}
    group = changes.get("mbstd_group", 0)
    if isinstance(group, int) and group > 1 and Config().batch_size % group:
        changes["batch_size"] = group  # training's, which must be a multiple
    return _config(changes)


def _config(changes):
    try:
        return Config().replace(**changes)
    except ArithmeticError as error:
        raise ValueError("fmap_base and fmap_decay make widths that are no numbers") from error


def from_config(function: str, config: Config) -> dict:
    """The arguments that make ``function``, G_style or D_basic, build such a network: sizes, and what is not
    default.
    """
    if config.pool_last:
        raise ValueError(
            "pool_last is True: the unfused discriminator of ProGAN has no official StyleGAN form; it can't be exported"
        )
    kwargs, default = {}, Config()
    for name, field in FIELDS[function].items():
        value = getattr(config, field)
        if name in ("num_channels", "resolution", "label_size") or value != getattr(default, field):
            kwargs[name] = None if name == "blur_filter" else value
    if function == "G_style" and config.activation != default.activation:
        kwargs["mapping_nonlinearity"] = config.activation
    return kwargs


def truncation(kwargs: dict) -> tuple | None:
    """(psi, cutoff) with which the official ``run`` truncates by default; None: not at all.

    See docs/exactness.md, Truncation.
    """
    psi, cutoff = (kwargs.get(name, TRUNCATION[name]) for name in ("truncation_psi", "truncation_cutoff"))
    return None if psi is None or cutoff is None else (psi, cutoff)


def _from_official(name, value):
    if name == "blur_filter":
        if value is not None and (not isinstance(value, list | tuple) or list(value) != [1, 2, 1]):
            raise ValueError(f"blur_filter is {show(value)}; here it is [1, 2, 1] or None")
        return value is not None
    return value


def _is_runtime(function, name, value, kwargs) -> bool:
    """Whether an argument says how the official network is run, and its value changes nothing here, or is a
    call's argument.
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
        return True  # compared with nonlinearity
    return name == "randomize_noise" and isinstance(value, bool)
