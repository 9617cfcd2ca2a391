"""Controls that ipywidgets lacks: a seed that can be typed or rolled, and a switch for every layer."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
import traitlets

LARGEST = 2**31 - 1
COLOURS = (
    "#9BD0F5",
    "#FFD08A",
    "#A8E0C0",
    "#F2B8D8",
    "#D9D9D9",
    "#F7F19A",
)  # light: the text on them is dark
OFF_ON = ("#E4E4E4", "#A8E0C0")


class Seed(ipywidgets.HBox):
    """A seed: typed, or rolled by a button.

    The rolls follow from the first seed, so that a lesson can be repeated.

    Args:
        value: the first seed, 0 or more.
        description: its label.
    """

    value = traitlets.Int(0)

    def __init__(self, value: int = 0, description: str = "seed"):
        self.number = ipywidgets.BoundedIntText(value=value, min=0, max=LARGEST, description=description)
        self.number.style.description_width = "9em"
        self.number.layout.width = "18em"
        self.button = ipywidgets.Button(description="roll", layout=dict(width="5em"))
        self._rolls = np.random.default_rng(value)
        super().__init__([self.number, self.button])
        traitlets.link((self.number, "value"), (self, "value"))
        self.button.on_click(self.roll)

    def roll(self, button=None) -> None:
        """Take the next seed, 0 to 9999."""
        self.value = int(self._rolls.integers(10_000))


class Layers(ipywidgets.VBox):
    """A button for every layer; a click takes the next of some choices.

    ``value`` is the choice of each layer, by index, a tuple (L,).

    Args:
        count: L.
        choices: their names, such as A and B.
        value: the first choices; 0 in all layers by default.
        description: what the buttons are for.
        colours: one per choice.
    """

    value = traitlets.Tuple()

    def __init__(
        self, count: int, choices: Sequence[str], value=None, description: str = "layers", colours=COLOURS
    ):
        self.choices = tuple(choices)
        self.colours = tuple(colours)
        self.buttons = [ipywidgets.Button(layout=dict(width="4.6em", margin="1px")) for _ in range(count)]
        for layer, button in enumerate(self.buttons):
            button.on_click(lambda _, layer=layer: self.turn(layer))
        row = ipywidgets.Box(self.buttons, layout=dict(flex_flow="row wrap", max_width="60em"))
        text = f"{description}, coarse to fine; a click takes the next of {', '.join(choices)}"
        super().__init__([ipywidgets.HTML(text), row])
        self.observe(self._colour, "value")
        self.value = tuple(value or (0,) * count)

    @traitlets.validate("value")
    def _valid(self, proposal):
        value = tuple(int(i) for i in proposal["value"])
        if len(value) != len(self.buttons) or not all(0 <= i < len(self.choices) for i in value):
            needed = f"{len(self.buttons)} numbers from 0 to {len(self.choices) - 1}"
            raise traitlets.TraitError(f"the choices of the layers are {value}; give {needed}")
        return value

    def _colour(self, change):
        for layer, (button, choice) in enumerate(zip(self.buttons, self.value, strict=True)):
            button.description = f"{layer}: {self.choices[choice]}"
            button.style.button_color = self.colours[choice]
            if button.style.has_trait("text_color"):  # ipywidgets 8: dark on light, whatever the theme
                button.style.text_color = "#111111"

    def turn(self, layer: int) -> None:
        """Take the next choice in one layer."""
        choice = (self.value[layer] + 1) % len(self.choices)
        self.value = (*self.value[:layer], choice, *self.value[layer + 1 :])


def layer_table(
    generator, columns: dict[str, Sequence], choices: Sequence[int] | None = None, colours=COLOURS
) -> str:
    """An HTML table of the L layers: number, resolution, then the given columns (L,).

    Args:
        columns: headline -> L cells.
        choices: the choice of each layer, which colours its row.
        colours: one per choice.
    """
    heads = "".join(f"<th>{name}</th>" for name in ("layer", "resolution", *columns))
    rows = []
    for layer in range(generator.config.num_layers):
        side = 2 ** (layer // 2 + 2)
        colour = "" if choices is None else f' style="background:{colours[choices[layer]]};color:#111"'
        cells = (layer, f"{side}x{side}", *(column[layer] for column in columns.values()))
        rows.append(f"<tr{colour}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    return f"<table><tr>{heads}</tr>{''.join(rows)}</table>"
