"""Official snapshots as networks of this package.

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
from stylegan_tf.official.safe_unpickler import show
from stylegan_tf.official.variables import assign
from stylegan_tf.planning import cost
from stylegan_tf.training.model import StyleGAN
from stylegan_tf.training.precision import policy_of
from stylegan_tf.training.schedule import Schedule

STYLEGAN = ["G_style", "D_basic", "G_style"]
PROGAN = ["G_paper", "D_paper", "G_paper"]


def load(file) -> tuple[Generator, Discriminator, Generator]:
    """The networks G, D and Gs (the averaged generator) of an official snapshot.

    Nothing in the file is executed. The official ``run`` truncates by default; here each call says so:
    ``Gs(z, psi=0.7, cutoff=8)``. A warning says which arguments to pass if the file has other defaults, or if
    its networks still grow.

    Args:
        file: a path, or a binary file that can seek.

    Raises:
        RefusedPickle: (a ValueError) for a file that is damaged, or holds more than networks.
        ValueError: for networks that this package can't build. The message names what is unknown.
    """
    stored = list(_snapshot(file))
    networks = []
    while stored:
        networks.append(_build(stored.pop(0)))  # frees what was read, one network after the other
    return tuple(networks)


def load_stylegan(file) -> StyleGAN:
    """The same three networks as one StyleGAN, which can be saved and trained further.

    It is at the stage of growth that the file names. Its optimizers are new. A grown network counts as
    trained to the end of the official schedule.

    Args:
        file: a path, or a binary file that can seek.

    Raises:
        RefusedPickle: (a ValueError) as ``load``.
        ValueError: as ``load``; also if G, D and Gs are not of one architecture.
    """
    # The Config: that of G, with the fields that only D has.
    stored = _snapshot(file)
    config, d_config, average = map(_config, stored)
    only_of_d = {}
    for field in ("mbstd_group", "mbstd_features", "batch_size", "pool_last"):
        only_of_d[field] = getattr(d_config, field)
    config = config.replace(**only_of_d)
    average = average.replace(**only_of_d)
    _check_architecture(config, d_config, average)

    # The official schedule begins at 8x8. A network that has not reached 8x8 must have begun at 4x4.
    lod = _lod(stored[2])
    if lod > config.log2_resolution - 3:
        config = config.replace(start_resolution=4)

    # Every value is read and checked before anything is built.
    variables = [_variables(network, config) for network in stored]
    gan = StyleGAN(config, dtype=policy_of(config))
    models = (gan.generator, gan.discriminator, gan.ema_generator)
    for model, values in zip(models, variables, strict=True):
        assign(model, values)
    gan.progress.images = _images(gan.schedule, config, lod)
    gan.compile()
    return gan


def _check_architecture(config, d_config, average):
    """Raise ValueError unless G, D and Gs say the same of what they share."""
    differs = []
    for field in static_kwargs.FIELDS["D_basic"].values():
        if field == "fused_kernels":
            continue  # D is the same function with them and without (docs/exactness.md, Fused kernels)
        if getattr(config, field) != getattr(d_config, field):
            differs.append(field)
    if differs or average != config:
        what = ", ".join(differs) or "G and Gs differ"
        raise ValueError(f"G, D and Gs are not of one architecture ({what}); load() opens them")


def _snapshot(file) -> list[snapshots.StoredNetwork]:
    """The three networks of a file; warns where a plain call does not do what the official ``run`` does."""
    stored = list(snapshots.read(file))
    functions = [network.build_func_name for network in stored]
    if functions not in (STYLEGAN, PROGAN):
        found = ", ".join(map(show, functions)) or "nothing"
        raise ValueError(
            f"the pickle holds {found}; a snapshot holds {', '.join(STYLEGAN)} (or the *_paper of ProGAN)"
        )

    # Does it truncate otherwise than usual, which is psi 0.7 in 8 layers?
    average = stored[2]
    lod = _lod(average)
    config = _config(average)
    truncation = static_kwargs.truncation(average.static_kwargs)
    if truncation not in (None, (0.7, 8)):
        psi, cutoff = truncation
        call = f"psi={psi}, cutoff={cutoff}"
        warnings.warn(f"the official default of this file is {call}: pass it to calls", stacklevel=3)

    # Is it a snapshot from the middle of growing?
    if lod:
        side, alpha = _stage_at(config, lod)
        call = f"resolution={side}, alpha={alpha:g}"
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


def _stage_at(config: Config, lod: float) -> tuple[int, float]:
    """The resolution at a lod, and the weight alpha of its newest block, greater than 0 to 1."""
    side = config.resolution // 2 ** math.floor(lod)
    alpha = 1 - lod % 1
    return side, alpha


def _images(schedule: Schedule, config: Config, lod: float) -> int:
    """The number of images shown at which an official run has this lod."""
    side, alpha = _stage_at(config, lod)
    is_fading = alpha < 1
    for phase in schedule.phases:
        if phase.resolution == side and phase.fading == is_fading:
            return round(phase.start + alpha * phase.fade) if is_fading else phase.end
    full = config.resolution
    raise ValueError(f"lod is {lod:g}, which a {full}x{full} network never has")


def _config(stored) -> Config:
    """What a stored network and its components were built with; they must agree."""
    kwargs = dict(stored.static_kwargs)
    for name, component in stored.components.items():
        function = component.build_func_name
        if function != f"G_{name}":
            raise ValueError(
                f"the component {name} is built by {show(function)}; this package knows G_{name}"
            )

        # Its arguments are those of the whole; the mapping network has one more, checked below.
        given = dict(component.static_kwargs)
        broadcast = given.pop("dlatent_broadcast", None)
        differs = [key for key in given if key in kwargs and given[key] != kwargs[key]]
        if differs:
            raise ValueError(f"{stored.name} and its component {name} disagree about {differs[0]}")
        kwargs |= given

        # As many copies of w as there are styled layers.
        config = static_kwargs.to_config(stored.build_func_name, kwargs)
        layers = config.num_layers
        copies = layers if config.styles else 1
        if broadcast not in (None, copies):
            raise ValueError(
                f"dlatent_broadcast of {stored.name} is {broadcast!r}; {layers} layers need {layers}"
            )
    return static_kwargs.to_config(stored.build_func_name, kwargs)


def _variables(stored, config: Config) -> dict[str, np.ndarray]:
    """All variables of a network, named as seen from the whole of it, in the official layout."""
    found = dict(stored.variables)
    for component in stored.components.values():
        for name, value in component.variables.items():
            found[f"{component.build_func_name}/{name}"] = value
    if stored.build_func_name == "G_paper":
        found = {_name_in_stylegan_g(name): value for name, value in found.items()}
        found["dlatent_avg"] = np.zeros(config.w_dim, "float32")  # ProGAN has none
    if stored.build_func_name == "D_paper":
        found = {_name_in_stylegan_d(name): value for name, value in found.items()}

    # Checked before anything is built of a size that only the file claims.
    part = "generator" if _is_generator(stored) else "discriminator"
    held = sum(value.size for name, value in found.items() if not _is_fixed(name))
    expected = cost.parameters(config)[part]
    if held != expected:
        raise ValueError(
            f"{stored.name} holds {held:,} trained numbers; what its static_kwargs describe has {expected:,}"
        )
    return found


def _name_in_stylegan_g(name):
    """The name in StyleGAN's generator of a variable of ProGAN's."""
    return "G_synthesis/" + name.replace("Conv0/", "Conv0_up/")


def _name_in_stylegan_d(name):
    """The name in StyleGAN's discriminator of a variable of ProGAN's."""
    return name if "4x4" in name else name.replace("Conv1/", "Conv1_down/")


def _is_fixed(name) -> bool:
    """Whether a variable is not trained by a gradient."""
    return name.split("/")[-1].startswith(("noise", "lod", "dlatent_avg"))


def _is_generator(stored) -> bool:
    return stored.build_func_name.startswith("G")


def _build(stored):
    """A stored network as a Generator or Discriminator."""
    config = _config(stored)
    variables = _variables(stored, config)
    if not _is_generator(stored):
        network = Discriminator(config, name="discriminator")
    else:
        network = Generator(config, name="ema_generator" if stored.name == "Gs" else "generator")
    assign(network, variables)
    return network
