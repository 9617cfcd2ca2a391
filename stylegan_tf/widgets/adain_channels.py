"""The style of one feature map: its scale and its shift, by hand (lesson 05)."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.figures.layout import grid, resize_pixels
from stylegan_tf.figures.pages import table
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.controls import Seed
from stylegan_tf.widgets.parts.panel import Panel


def style_layers(generator) -> list:
    """The L layers that take a style, coarsest first.

    They are ``stylegan_tf.networks.adain.StyleModulation``, by default its subclass AdaIN.
    """
    blocks = generator.synthesis.blocks
    layers = []
    for r in sorted(blocks):
        layers += [blocks[r].epilogue0.style, blocks[r].epilogue1.style]
    return layers


def restyled(
    generator, ws, layer: int = 0, channel: int = 0, scale: float = 0.0, shift: float = 0.0
) -> np.ndarray:
    """Images (B, r, r, C) with something added to the scale and the shift of one feature map in one layer.

    Args:
        ws: (B, L, w_dim).
        layer: 0 to L - 1.
        channel: a feature map of that layer.
        scale, shift: added to what w asks for.

    Raises:
        ValueError: for a layer or channel that does not exist.
    """
    # Is there such a feature map?
    layers = style_layers(generator)
    if not 0 <= layer < len(layers):
        raise ValueError(f"layer {layer} does not exist; this network has layers 0 to {len(layers) - 1}")
    bias = layers[layer].affine.bias
    maps = bias.shape[0] // 2
    if not 0 <= channel < maps:
        raise ValueError(f"channel {channel} does not exist; layer {layer} has channels 0 to {maps - 1}")

    # Its scale and its shift are two numbers of the affine map's bias: draw with others, and put them back.
    before = bias.numpy().copy()
    changed = before.copy()
    changed[[channel, maps + channel]] += (scale, shift)
    bias.assign(changed)
    try:
        return synthesis(generator, ws)
    finally:
        bias.assign(before)


def styled(generator, seed_a, seed_b, from_b=(), layer=0, channel=0, scale=0.0, shift=0.0) -> Image.Image:
    """Three pictures in a row: A; A with its styles changed; B.

    Args:
        from_b: the layers whose style is taken from B.
        layer, channel, scale, shift: as in ``restyled``.
    """
    a, b = styles(generator, [seed_a, seed_b])
    mixed = np.asarray(latents.mix(a[None], b[None], from_b))
    middle = restyled(generator, mixed, layer, channel, scale, shift)
    ends = synthesis(generator, np.stack([a, b]))
    images = np.stack([ends[0], middle[0], ends[1]])
    return grid(images, 3, scale=max(1, 128 // generator.config.resolution), gap=2)


def style_strip(
    generator, seed: int, layer: int, channels: Sequence[int], amounts: Sequence[float], part="scale"
) -> Figure:
    """One image with one feature map after another (rows) restyled by growing amounts (columns)."""
    ws = styles(generator, [seed])
    rows = []
    for channel in channels:
        images = [restyled(generator, ws, layer, channel, **{part: amount})[0] for amount in amounts]
        rows.append([resize_pixels(to_uint8(image)) for image in images])
    row_names = [f"map {channel}" for channel in channels]
    column_names = [_signed(amount) for amount in amounts]
    title = f"Layer {layer}: added to the {part} of one feature map"
    return table(rows, row_names, column_names, title)


def _signed(amount: float) -> str:
    if not amount:
        return "unchanged"
    return f"{amount:+g}".replace("-", "\N{MINUS SIGN}")


def adain_channels(generator, seed_a: int = 0, seed_b: int = 1, layer: int = 2) -> Panel:
    """One feature map of one layer: change its scale and its shift, or take the style of B.

    The style of B is taken in that layer alone, or in it and all finer ones.
    """
    layers = generator.config.num_layers

    def draw(seed_a, seed_b, swap, layer, channel, scale, shift):
        layer = int(layer)
        maps = style_layers(generator)[layer].affine.bias.shape[0] // 2
        taken = {"none": [], "this layer": [layer], "this and finer": range(layer, layers)}
        from_b = taken[swap]
        return styled(generator, seed_a, seed_b, from_b, layer, channel % maps, scale, shift)

    # The controls, and the panel.
    controls = dict(
        seed_a=Seed(seed_a, "seed of A"),
        seed_b=Seed(seed_b, "seed of B"),
        swap=ipywidgets.Dropdown(
            options=["none", "this layer", "this and finer"], description="style from B"
        ),
        layer=ipywidgets.IntSlider(value=layer, min=0, max=layers - 1, description="layer"),
        channel=ipywidgets.IntSlider(
            value=0, min=0, max=generator.config.width(4) - 1, description="feature map"
        ),
        scale=ipywidgets.FloatSlider(value=0.0, min=-20.0, max=20.0, step=0.5, description="add to scale"),
        shift=ipywidgets.FloatSlider(value=0.0, min=-20.0, max=20.0, step=0.5, description="add to shift"),
    )
    return Panel(draw, "Left A, right B, between them A with the changed style.", **controls)
