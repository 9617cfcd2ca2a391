"""The official variable names and layouts, and what they are in these networks.

See docs/exactness.md, Variable names.

The official code is channels-first; kernels agree, a few tensors need their axes moved, and nothing else
differs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylegan_tf.networks.discriminator import Discriminator
from stylegan_tf.networks.generator import Generator


@dataclass(frozen=True)
class Entry:
    """One variable: ours, its official name, and the channels of an axis that the official code flattens as
    C,H,W.
    """

    name: str
    variable: object
    layout: str = (
        "same"  # or "image": NCHW there, NHWC here; "flat_in", "flat_out": (C,4,4) there, (4,4,C) here
    )

    def to_official(self, value) -> np.ndarray:
        return _move(np.asarray(value), self.layout, to_official=True)

    def from_official(self, value) -> np.ndarray:
        return _move(np.asarray(value), self.layout, to_official=False)


def _move(value, layout, to_official):
    if layout == "image":
        return value.transpose((0, 3, 1, 2) if to_official else (0, 2, 3, 1))
    if layout in ("flat_in", "flat_out"):
        rows, columns = value.shape
        channels = (rows if layout == "flat_in" else columns) // 16
        here, there = (4, 4, channels), (channels, 4, 4)
        shape, order = (here, (2, 0, 1)) if to_official else (there, (1, 2, 0))
        if layout == "flat_in":
            return value.reshape(*shape, columns).transpose(*order, 3).reshape(rows, columns)
        return value.reshape(rows, *shape).transpose(0, *(1 + i for i in order)).reshape(rows, columns)
    return value


def entries(network) -> list[Entry]:
    """All variables of a Generator or Discriminator that the official network has too, by their official
    names.
    """
    if isinstance(network, Generator):
        found = [Entry("dlatent_avg", network.w_avg)]
        found += [_prefixed("G_mapping/", e) for e in _mapping(network.mapping)]
        return found + [_prefixed("G_synthesis/", e) for e in _synthesis(network.synthesis)]
    if isinstance(network, Discriminator):
        return _discriminator(network)
    raise TypeError(f"{type(network).__name__} is neither a Generator nor a Discriminator")


def assign(network, variables: dict[str, np.ndarray]) -> None:
    """Set a network's variables from official ones (name -> array in the official layout).

    Raises:
        ValueError: if a name is missing, unknown, or has another shape. Nothing is changed then.
    """
    wanted = {e.name: e for e in entries(network)}
    given = {k: v for k, v in variables.items() if k.split("/")[-1] != "lod"}  # growth is an argument here
    for what, names in [
        ("lack", wanted.keys() - given.keys()),
        ("have the unknown", given.keys() - wanted.keys()),
    ]:
        if names:
            raise ValueError(
                f"the official variables {what} {', '.join(sorted(names)[:3])} ({len(names)} in all)"
            )
    values = {name: wanted[name].from_official(value) for name, value in given.items()}
    for name, value in values.items():
        if value.shape != tuple(wanted[name].variable.shape):
            raise ValueError(
                f"{name} has shape {value.shape}; this network wants {tuple(wanted[name].variable.shape)}"
            )
    for name, value in values.items():
        wanted[name].variable.assign(value)


def _prefixed(prefix, entry):
    return Entry(prefix + entry.name, entry.variable, entry.layout)


def _parameters(name, layer, layout="same"):
    found = [Entry(f"{name}/weight", layer.kernel, layout)]
    return found + ([Entry(f"{name}/bias", layer.bias)] if layer.use_bias else [])


def _mapping(mapping):
    found = [Entry("LabelConcat/weight", mapping.embedding)] if mapping.label_dim else []
    for i, dense in enumerate(mapping.dense):
        found += _parameters(f"Dense{i}", dense)
    return found


def _epilogue(name, epilogue, index):
    found = [Entry(f"{name}/bias", epilogue.bias.bias)]
    if epilogue.noise:
        found.append(Entry(f"{name}/Noise/weight", epilogue.noise.strength))
        found.append(Entry(f"noise{index}", epilogue.noise.noise_map, "image"))
    return found + (_parameters(f"{name}/StyleMod", epilogue.style.affine) if epilogue.style else [])


def _synthesis(synthesis):
    found, config = [], synthesis.config
    for i, (r, block) in enumerate(synthesis.blocks.items()):
        side = f"{r}x{r}"
        if r > 4:
            first = f"{side}/Conv0_up"
            found += _parameters(first, block.conv0)
        elif config.constant_input:
            first = "4x4/Const"
            found.append(Entry(f"{first}/const", block.input_layer.constant, "image"))
        else:
            first = "4x4/Dense"
            found += _parameters(first, block.input_layer.dense, "flat_out")
        second = "4x4/Conv" if r == 4 else f"{side}/Conv1"
        found += _epilogue(first, block.epilogue0, 2 * i)
        found += _parameters(second, block.conv1) + _epilogue(second, block.epilogue1, 2 * i + 1)
        found += _parameters(f"ToRGB_lod{len(synthesis.blocks) - 1 - i}", synthesis.to_rgb[r])
    return found


def _discriminator(network):
    found = []
    for lod, r in enumerate(reversed(network.config.resolutions)):
        found += _parameters(f"FromRGB_lod{lod}", network.from_rgb[r])
        if r > 4:
            found += _parameters(f"{r}x{r}/Conv0", network.blocks[r].conv0)
            found += _parameters(f"{r}x{r}/Conv1_down", network.blocks[r].conv1)
    found += _parameters("4x4/Conv", network.head.conv)
    found += _parameters("4x4/Dense0", network.head.dense0, "flat_in")
    return found + _parameters("4x4/Dense1", network.head.dense1)
