"""Style mixing: each layer takes its style from one of several seeds (paper section 3.1; lesson 09)."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from PIL import Image

from stylegan_tf.figures.layout import labelled
from stylegan_tf.figures.paper import style_bands
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.parts.controls import Layers, Seed, layer_table
from stylegan_tf.widgets.parts.panel import Panel

LETTERS = "ABCDEF"


def mixed_styles(ws, sources: Sequence[int]) -> np.ndarray:
    """Styles (L, w_dim) whose layer i comes from ``ws[sources[i]]``; ws (S, L, w_dim).

    Raises:
        ValueError: unless there is one source for every layer, each from 0 to S - 1.
    """
    ws = np.asarray(ws)
    if len(sources) != ws.shape[1] or not all(0 <= s < len(ws) for s in sources):
        needed = f"{ws.shape[1]} numbers, one per layer, from 0 to {len(ws) - 1}"
        raise ValueError(f"sources are {tuple(sources)}; give {needed}")
    return ws[list(sources), np.arange(ws.shape[1])]


def mixed(generator, seeds: Sequence[int], sources: Sequence[int]) -> Image.Image:
    """The images of the seeds, and last the one that mixes them.

    It takes the style of layer i from seed number ``sources[i]``.
    """
    ws = styles(generator, seeds)
    images = synthesis(generator, np.concatenate([ws, mixed_styles(ws, sources)[None]]))
    names = [f"{letter}: seed {seed}" for letter, seed in zip(LETTERS, seeds, strict=False)]
    return labelled([list(images)], [""], [*names, "mixed"])


def crossed(count: int, crossover: int) -> tuple[int, ...]:
    """The sources (L,) of two seeds: 0 below the crossover, 1 from there on."""
    return (0,) * crossover + (1,) * (count - crossover)


def style_mixing(generator, seeds: Sequence[int] = (0, 1), crossover: int | None = None) -> Panel:
    """Two or more seeds, mixed layer by layer; the table says where each layer's style comes from.

    Args:
        seeds: two to six of them: A, B, ...
        crossover: the layer from which on the style is B's. 0 is B alone, L is A alone; by default it is the
            first of the fine layers.

    Moving the crossover sets all layers to A or B; after that every layer has its own button.

    Raises:
        ValueError: for another number of seeds, or a crossover outside 0 to L.
    """
    count = generator.config.num_layers
    bands = style_bands(count)
    if crossover is None:
        crossover = bands["fine"].start

    # Can it be done at all?
    if not 2 <= len(seeds) <= len(LETTERS):
        raise ValueError(f"there are {len(seeds)} seeds; give two to {len(LETTERS)}")
    if not 0 <= crossover <= count:
        raise ValueError(f"crossover is {crossover}; this network has {count} layers: give 0 to {count}")

    # The picture and its table.
    letters = LETTERS[: len(seeds)]
    band_of = {layer: band for band, layers in bands.items() for layer in layers}

    def draw(crossover, sources, **seeds):
        table = {"styles": [band_of[i] for i in range(count)], "from": [letters[s] for s in sources]}
        return mixed(generator, list(seeds.values()), sources), layer_table(generator, table, sources)

    # The crossover sets all layers.
    slider = ipywidgets.IntSlider(value=crossover, min=0, max=count, description="crossover")
    layers = Layers(count, letters, crossed(count, crossover), "style of each layer")

    def set_layers(change):
        layers.value = crossed(count, change["new"])

    slider.observe(set_layers, "value")
    controls = {
        f"seed_{letter.lower()}": Seed(seed, f"seed of {letter}")
        for letter, seed in zip(letters, seeds, strict=True)
    }
    alt = (
        "The sources, then the image that mixes them. "
        "In the paper's faces coarse layers carry pose and form, fine ones colour and detail."
    )
    return Panel(draw, alt, **controls, crossover=slider, sources=layers)
