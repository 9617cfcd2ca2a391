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
    """One variable, under its official name.

    Attributes:
        name: the official name.
        variable: ours.
        layout: how the axes differ. "same": not at all. "image": NCHW there, NHWC here. "flat_in" and
            "flat_out": the rows, or the columns, of a matrix are pixels in the order (C, 4, 4) there, and
            (4, 4, C) here.
    """

    name: str
    variable: object
    layout: str = "same"

    def to_official(self, value) -> np.ndarray:
        """A value of our variable in the official layout."""
        return _move(np.asarray(value), self.layout, to_official=True)

    def from_official(self, value) -> np.ndarray:
        """A value in the official layout as our variable has it."""
        return _move(np.asarray(value), self.layout, to_official=False)


def _move(value, layout, to_official):
    """A value with its axes in the order of the other side."""
    if layout == "image":
        return value.transpose((0, 3, 1, 2) if to_official else (0, 2, 3, 1))
    if layout == "same":
        return value

    # Unfold the flat axis, move the channels, and fold it again.
    rows, columns = value.shape
    channels = (rows if layout == "flat_in" else columns) // 16
    if to_official:
        shape = (4, 4, channels)
        order = (2, 0, 1)
    else:
        shape = (channels, 4, 4)
        order = (1, 2, 0)
    if layout == "flat_in":
        unfolded = value.reshape(*shape, columns)
        return unfolded.transpose(*order, 3).reshape(rows, columns)
    unfolded = value.reshape(rows, *shape)
    return unfolded.transpose(0, *(1 + axis for axis in order)).reshape(rows, columns)


def entries(network) -> list[Entry]:
    """All variables of a Generator or Discriminator that the official network has too.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(network, Generator):
        found = [Entry("dlatent_avg", network.w_avg)]
        found += [_prefixed("G_mapping/", entry) for entry in _mapping(network.mapping)]
        found += [_prefixed("G_synthesis/", entry) for entry in _synthesis(network.synthesis)]
        return found
    if isinstance(network, Discriminator):
        return _discriminator(network)
    raise TypeError(f"{type(network).__name__} is neither a Generator nor a Discriminator")


def assign(network, variables: dict[str, np.ndarray]) -> None:
    """Set a network's variables from official ones.

    Args:
        network: a Generator or Discriminator.
        variables: official name -> array in the official layout. Every "lod" is ignored: here growth is an
            argument of a call.

    Raises:
        ValueError: if a name is missing, unknown, or has another shape. Nothing is changed then.
    """
    # Are they the same names?
    expected = {entry.name: entry for entry in entries(network)}
    given = {name: value for name, value in variables.items() if name.split("/")[-1] != "lod"}
    _check_no("lack", expected.keys() - given.keys())
    _check_no("have the unknown", given.keys() - expected.keys())

    # And the same shapes? Only then is anything assigned.
    values = {name: expected[name].from_official(value) for name, value in given.items()}
    for name, value in values.items():
        shape = tuple(expected[name].variable.shape)
        if value.shape != shape:
            raise ValueError(f"{name} has shape {value.shape}; this network expects {shape}")
    for name, value in values.items():
        expected[name].variable.assign(value)


def _check_no(what, names):
    """Raise ValueError for the names of variables, if there are any."""
    if names:
        first = ", ".join(sorted(names)[:3])
        raise ValueError(f"the official variables {what} {first} ({len(names)} in all)")


def _prefixed(prefix, entry):
    return Entry(prefix + entry.name, entry.variable, entry.layout)


def _parameters(name, layer, layout="same"):
    """The weight of a dense layer or convolution, and its bias if it has one."""
    found = [Entry(f"{name}/weight", layer.kernel, layout)]
    if layer.use_bias:
        found.append(Entry(f"{name}/bias", layer.bias))
    return found


def _mapping(mapping):
    found = []
    if mapping.label_dim:
        found.append(Entry("LabelConcat/weight", mapping.embedding))
    for i, dense in enumerate(mapping.dense):
        found += _parameters(f"Dense{i}", dense)
    return found


def _epilogue(name, epilogue, index):
    """What follows a layer; ``index`` counts the noise maps of all layers from 0."""
    found = [Entry(f"{name}/bias", epilogue.bias.bias)]
    if epilogue.noise:
        found.append(Entry(f"{name}/Noise/weight", epilogue.noise.strength))
        found.append(Entry(f"noise{index}", epilogue.noise.noise_map, "image"))
    if epilogue.style:
        found += _parameters(f"{name}/StyleMod", epilogue.style.affine)
    return found


def _synthesis(synthesis):
    found = []
    for i, (r, block) in enumerate(synthesis.blocks.items()):
        # The first layer: from the block below, or at 4x4 the input of the network.
        if r > 4:
            first = f"{r}x{r}/Conv0_up"
            found += _parameters(first, block.conv0)
        elif synthesis.config.constant_input:
            first = "4x4/Const"
            found.append(Entry(f"{first}/const", block.input_layer.constant, "image"))
        else:
            first = "4x4/Dense"
            found += _parameters(first, block.input_layer.dense, "flat_out")
        found += _epilogue(first, block.epilogue0, 2 * i)

        # The second layer.
        second = f"{r}x{r}/Conv1" if r > 4 else "4x4/Conv"
        found += _parameters(second, block.conv1)
        found += _epilogue(second, block.epilogue1, 2 * i + 1)

        # The image, if growing ends here. lod 0 is the full resolution.
        lod = len(synthesis.blocks) - 1 - i
        found += _parameters(f"ToRGB_lod{lod}", synthesis.to_rgb[r])
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
    found += _parameters("4x4/Dense1", network.head.dense1)
    return found
