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
    """The L layers that take a style, coarsest first: stylegan_tf.networks.adain.StyleModulation, AdaIN by
    default.
    """
    blocks = generator.synthesis.blocks
    return [epilogue.style for r in sorted(blocks) for epilogue in (blocks[r].epilogue0, blocks[r].epilogue1)]


def restyled(
    generator, ws, layer: int = 0, channel: int = 0, scale: float = 0.0, shift: float = 0.0
) -> np.ndarray:
    """Images (B, r, r, C) with something added to the scale and the shift of one feature map in one layer.

    Args:
        ws: (B, L, w_dim).
        layer: 0 to L - 1; channel: a feature map of that layer. scale, shift: added to what w asks for.

    Raises:
        ValueError: for a layer or channel that does not exist.
    """
    layers = style_layers(generator)
    if not 0 <= layer < len(layers):
        raise ValueError(f"layer {layer} does not exist; this network has layers 0 to {len(layers) - 1}")
    bias = layers[layer].affine.bias
    maps = bias.shape[0] // 2
    if not 0 <= channel < maps:
        raise ValueError(f"channel {channel} does not exist; layer {layer} has channels 0 to {maps - 1}")
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

    ``from_b``: the layers whose style is taken from B.
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
    ws, rows = styles(generator, [seed]), []
    for channel in channels:
        images = [restyled(generator, ws, layer, channel, **{part: amount})[0] for amount in amounts]
        rows.append([resize_pixels(to_uint8(image)) for image in images])
    names = [f"{amount:+g}".replace("-", "\N{MINUS SIGN}") if amount else "unchanged" for amount in amounts]
    return table(
        rows, [f"map {c}" for c in channels], names, f"Layer {layer}: added to the {part} of one feature map"
    )


def adain_channels(generator, seed_a: int = 0, seed_b: int = 1, layer: int = 2) -> Panel:
    """One feature map of one layer: change its scale and shift; or take the style of B in that layer and all
    after it.
    """
    layers = generator.config.num_layers

    def draw(seed_a, seed_b, swap, layer, channel, scale, shift):
        layer, maps = int(layer), style_layers(generator)[int(layer)].affine.bias.shape[0] // 2
        from_b = range(layer, layers) if swap == "this and finer" else [layer] if swap == "this layer" else []
        return styled(generator, seed_a, seed_b, from_b, layer, channel % maps, scale, shift)

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
