"""Noise: on or off in every layer, its strength, another draw of it (paper section 3.2; lesson 06)."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.figures.layout import labelled
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.controls import OFF_ON, Layers, Seed, layer_table
from stylegan_tf.widgets.parts.panel import Panel

LOUDER = 8  # differences are shown this many times as large


def noisy(
    generator, seed: int, noise_seed: int, strength: float = 1.0, layers: Sequence[int] | None = None
) -> np.ndarray:
    """One image (r, r, C) with noise drawn from ``noise_seed``.

    Args:
        strength: what the noise maps are multiplied by.
        layers: those that get noise; None for all.
    """
    maps = latents.noise_list(generator.config, np.random.default_rng(noise_seed), layers=layers)
    scaled = [np.float32(strength) * noise_map for noise_map in maps]
    return synthesis(generator, styles(generator, [seed]), scaled)[0]


def noise_effect(
    generator, seed: int, noise_seed: int, strength: float = 1.0, layers: Sequence[int] | None = None
) -> Image.Image:
    """Without noise, with it, and the difference between the two: mid-grey where there is none."""
    without = noisy(generator, seed, noise_seed, 0.0, layers)
    image = noisy(generator, seed, noise_seed, strength, layers)
    difference = np.clip(LOUDER * (image - without) / 2, -1, 1)
    names = ["no noise", "with noise", f"difference, {LOUDER} times"]
    return labelled([[without, image, difference]], [""], names, size=128)


def learned_strengths(generator) -> list[float]:
    """How strongly each layer has learned to use its noise, (L,).

    It is the root mean square of the noise's weight over the channels.

    Raises:
        ValueError: for a network without noise.
    """
    if not generator.config.noise:
        raise ValueError(
            "this generator has no noise inputs (noise=False in its Config); take configuration E or F"
        )
    blocks = generator.synthesis.blocks
    layers = []
    for r in sorted(blocks):
        layers += [blocks[r].epilogue0.noise, blocks[r].epilogue1.noise]
    return [float(np.sqrt(np.mean(np.square(layer.strength)))) for layer in layers]


def noise(generator, seed: int = 0) -> Panel:
    """The noise of one image: its layers, its strength, and other draws of it.

    A table shows what each layer has learned.

    Raises:
        ValueError: for a network without noise.
    """
    count = generator.config.num_layers
    learned = [f"{strength:.3f}" for strength in learned_strengths(generator)]

    def draw(seed, noise_seed, strength, layers):
        table = {"noise": [("off", "on")[is_on] for is_on in layers], "learned weight (rms)": learned}
        layers_on = [layer for layer, is_on in enumerate(layers) if is_on]
        picture = noise_effect(generator, seed, noise_seed, strength, layers_on)
        return picture, layer_table(generator, table, layers, OFF_ON)

    # The controls, and the panel.
    controls = dict(
        seed=Seed(seed, "seed"),
        noise_seed=Seed(0, "seed of noise"),
        strength=ipywidgets.FloatSlider(value=1.0, min=0.0, max=4.0, step=0.1, description="strength"),
        layers=Layers(count, ("off", "on"), (1,) * count, "noise of each layer", OFF_ON),
    )
    alt = (
        f"No noise; with noise; their difference, {LOUDER} times as large: grey where there is none. "
        "Trained at strength 1."
    )
    return Panel(draw, alt, **controls)
