"""NVIDIA's own networks, in and out: their pickled snapshots, whose variables have other names and layouts.

See docs/exactness.md, Official pickles and Variable names.

>>> G, D, Gs = sg.official.load("karras2019stylegan-ffhq-1024x1024.pkl")
>>> images = Gs(z, psi=0.7, cutoff=8)           # as the official generator runs by default

docs/official_networks.md leads from a published file to pictures.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from stylegan_tf.config import Config
from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator
from stylegan_tf.official import snapshots, static_kwargs
from stylegan_tf.official.pickles import show
from stylegan_tf.official.variables import assign
from stylegan_tf.planning import cost
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.schedule import Schedule


def load(file) -> tuple[Generator, Discriminator, Generator]:
    """The networks G, D and Gs (the averaged generator) of an official snapshot: a path, or a binary file
    that can seek.

    Nothing in the file is executed. Where the official ``run`` truncates by default, here each call says so:
    ``Gs(z, psi=0.7, cutoff=8)``. A file with other defaults, or one whose networks still grow, raises a
    warning that says which arguments stand for them.

    Raises:
        RefusedPickle (a ValueError): for a file that is damaged, or holds more than networks.
        ValueError: for networks that this package can't build. The message names what is unknown.
    """
    stored = list(_snapshot(file))
    networks = []
    while stored:
        networks.append(_build(stored.pop(0)))  # what was read is let go, network by network
    return tuple(networks)


def load_stylegan(file) -> StyleGAN:
    """The same three networks as one StyleGAN, with the stage of growth that the file names; it can be saved
    and trained on.

    Its optimizers are new. A grown network counts as trained to the end of the official schedule.

    Raises:
        as ``load``; ValueError also if G, D and Gs are not of one architecture.
    """
    stored = _snapshot(file)
    config, d_config, average = map(_config, stored)
    fields = {
        field: getattr(d_config, field)
        for field in ("mbstd_group", "mbstd_features", "batch_size", "pool_last")
    }
    config, average = config.replace(**fields), average.replace(**fields)
    shared = [*static_kwargs.FIELDS["D_basic"].values()]
    # Of fused_kernels D is the same function either way (docs/exactness.md, Fused kernels)
    others = {f: getattr(d_config, f) for f in shared if f != "fused_kernels"}
    differs = [f for f in others if getattr(config, f) != others[f]]
    if differs or average != config:
        raise ValueError(
            f"G, D and Gs are not of one architecture ({', '.join(differs) or 'G and Gs differ'}); load() opens them"
        )
    lod = _lod(stored[2])
    if lod > config.log2_resolution - 3:
        config = config.replace(start_resolution=4)
    variables = [_variables(network, config) for network in stored]
    gan = StyleGAN(config)
    for model, values in zip((gan.generator, gan.discriminator, gan.ema_generator), variables, strict=True):
        assign(model, values)
    gan.progress.images = _images(gan.schedule, config, lod)
    gan.compile()
    return gan


def _snapshot(file) -> list[snapshots.StoredNetwork]:
    """The three networks of a file; warns where a plain call does not do what the official ``run`` does."""
    stored = list(snapshots.read(file))
    kinds = [network.build_func_name for network in stored]
    if kinds not in (["G_style", "D_basic", "G_style"], ["G_paper", "D_paper", "G_paper"]):
        found = ", ".join(map(show, kinds)) or "nothing"
        raise ValueError(
            f"the pickle holds {found}; a snapshot holds G_style, D_basic, G_style (or the *_paper of ProGAN)"
        )
    average, lod = stored[2], _lod(stored[2])
    config, truncation = _config(average), static_kwargs.truncation(average.static_kwargs)
    if truncation not in (None, (0.7, 8)):
        call = "psi={}, cutoff={}".format(*truncation)
        warnings.warn(f"the official default of this file is {call}: pass it to calls", stacklevel=3)
    if lod:
        call = f"resolution={config.resolution // 2 ** math.floor(lod)}, alpha={1 - lod % 1:g}"
        warnings.warn(f"this snapshot still grows: pass {call} to calls", stacklevel=3)
    return stored


def _lod(stored) -> float:
    """How far a network has to grow: 0 is its full resolution, each 1 a doubling below it.

    See docs/exactness.md, Conventions.
    """
    lod = float(stored.variables.get("lod", np.zeros(1)).reshape(-1)[0])
    if not 0 <= lod <= 8:
        raise ValueError(f"lod of {stored.name} is {lod:g}; it must be between 0, the full resolution, and 8")
    return lod


def _images(schedule: Schedule, config: Config, lod: float) -> int:
    """The number of images shown at which an official run has this lod."""
    side, alpha = config.resolution // 2 ** math.floor(lod), 1 - lod % 1
    phase = next((p for p in schedule.phases if p.resolution == side and p.fading == (alpha < 1)), None)
    if phase is None:
        raise ValueError(f"lod is {lod:g}, which a {config.resolution}x{config.resolution} network never has")
    return round(phase.start + alpha * phase.fade) if phase.fading else phase.end


def _config(stored) -> Config:
    """What a stored network and its components were built with; they must agree."""
    kwargs = dict(stored.static_kwargs)
    for name, component in stored.components.items():
        if component.build_func_name != f"G_{name}":
            raise ValueError(
                f"the component {name} is built by {show(component.build_func_name)}; this package knows G_{name}"
            )
        given = dict(component.static_kwargs)
        broadcast = given.pop("dlatent_broadcast", None)
        differs = [key for key in given if key in kwargs and given[key] != kwargs[key]]
        if differs:
            raise ValueError(f"{stored.name} and its component {name} disagree about {differs[0]}")
        kwargs |= given
        config = static_kwargs.to_config(stored.build_func_name, kwargs)
        if broadcast not in (None, config.num_layers if config.styles else 1):
            raise ValueError(
                f"dlatent_broadcast of {stored.name} is {broadcast!r}; {config.num_layers} layers need {config.num_layers}"
            )
    return static_kwargs.to_config(stored.build_func_name, kwargs)


def _variables(stored, config: Config) -> dict[str, np.ndarray]:
    """All variables of a network, named as seen from the whole of it."""
    found = dict(stored.variables)
    for component in stored.components.values():
        found |= {f"{component.build_func_name}/{name}": value for name, value in component.variables.items()}
    if stored.build_func_name == "G_paper":
        found = {"G_synthesis/" + name.replace("Conv0/", "Conv0_up/"): value for name, value in found.items()}
        found["dlatent_avg"] = np.zeros(config.w_dim, "float32")  # ProGAN has none
    if stored.build_func_name == "D_paper":
        found = {
            name if "4x4" in name else name.replace("Conv1/", "Conv1_down/"): value
            for name, value in found.items()
        }
    part = "generator" if stored.build_func_name.startswith("G") else "discriminator"
    fixed = sum(
        v.size for name, v in found.items() if name.split("/")[-1].startswith(("noise", "lod", "dlatent_avg"))
    )
    held, wanted = sum(v.size for v in found.values()) - fixed, cost.parameters(config)[part]
    if held != wanted:  # said before anything of a size that only the file claims is built
        raise ValueError(
            f"{stored.name} holds {held:,} trained numbers; what its static_kwargs describe has {wanted:,}"
        )
    return found


def _build(stored):
    config = _config(stored)
    variables = _variables(stored, config)
    kind, name = (
        (Generator, "generator")
        if stored.build_func_name.startswith("G")
        else (Discriminator, "discriminator")
    )
    network = kind(config, name="ema_generator" if stored.name == "Gs" else name)
    assign(network, variables)
    return network
