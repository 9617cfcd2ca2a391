"""How the playground is laid out: pictures on the left, controls on the right (lesson 17)."""

from __future__ import annotations

import base64

import ipywidgets

from stylegan_tf.figures.paper import style_bands
from stylegan_tf.widgets.parts.controls import layer_table
from stylegan_tf.widgets.parts.panel import LOOK
from stylegan_tf.widgets.playground.files import FORMATS
from stylegan_tf.widgets.playground.state import GROUPS

ALT = (
    "Large: the image of all settings. "
    "Below it, parts of the story: A, B, the mean image, no noise, what the noise changes."
)
EDIT = "edit "  # before the names of the attributes' sliders
MOST_FRAMES = 240


def page(panel, about):
    """The children of a ``Playground``: pictures on the left, controls on the right.

    Args:
        panel: the Playground.
        about: a sentence on the attributes' sliders.
    """
    # Two buttons.
    reset = ipywidgets.Button(description="reset controls", layout=dict(width="9em"))
    reset.on_click(panel.reset)
    opened = ipywidgets.FileUpload(accept=".png,.webp", description="open picture", layout=dict(width="11em"))
    opened.observe(lambda change: panel.attempt(lambda: panel.reopen(change["new"])), "value")

    # At the left: the state, the pictures, and what can be saved.
    hint = "Change the state and press Enter, or copy it: the same line brings this image back."
    left = [
        panel.field,
        ipywidgets.HTML(f"<small>{hint}</small>"),
        panel.problem,
        panel.picture,
        panel.views,
        panel.saving,
        ipywidgets.HBox([opened, reset]),
        *_walk_controls(panel),
        ipywidgets.HTML(f"{LOOK}<small>{ALT}</small>"),
    ]

    # At the right: the controls, in four groups.
    c = panel.controls
    edits = [control for name, control in c.items() if name.startswith(EDIT)]
    class_a = [c["label"]] if "label" in c else []
    class_b = [c["label_b"]] if "label_b" in c else []
    right = [_head("One image"), c["seed"], *class_a, c["psi"], c["cutoff"]]
    right += [_head("A second one, B"), c["seed_b"], *class_b, c["t"], panel.crossover, c["layers"]]
    right += [_head("Noise"), c["noise"], c["noise_seed"], *(c[group] for group in GROUPS)]
    right += [_head("Attributes"), *edits, ipywidgets.HTML(f"<small>{about}</small>"), panel.reading]
    columns = [ipywidgets.VBox(column, layout=dict(margin="0 1.5em 0 0")) for column in (left, right)]
    return [ipywidgets.HBox(columns, layout=dict(flex_flow="row wrap"))]


def _walk_controls(panel):
    """What makes a walk: along what, how many frames, which format; and where it is shown."""
    # The controls.
    ways = {"from A to B": "t", "psi": "psi"} | {name.replace("_", " "): name for name in panel.directions}
    along = ipywidgets.Dropdown(options=list(ways), description="walk along", layout=dict(width="18em"))
    frames = ipywidgets.BoundedIntText(
        value=48, min=2, max=MOST_FRAMES, step=2, description="frames", layout=dict(width="12em")
    )
    kind = ipywidgets.Dropdown(options=list(FORMATS), description="file", layout=dict(width="12em"))
    make = ipywidgets.Button(description="make walk", layout=dict(width="9em"))
    for control in (along, frames, kind):
        control.style.description_width = "6em"

    # The button that makes it, and the link that saves it.
    def film():
        content = panel.walk(ways[along.value], frames.value, kind.value)
        panel.moving.format = kind.value
        panel.moving.value = content
        name = f"walk_{ways[along.value]}_{frames.value}_frames.{kind.value}"
        panel.walk_link.value = download(name, content, kind.value, f"save walk, {frames.value} frames")

    make.on_click(lambda button: panel.attempt(film))
    return [
        ipywidgets.HBox([along, frames, kind, make], layout=dict(flex_flow="row wrap")),
        panel.moving,
        panel.walk_link,
    ]


def _head(text):
    return ipywidgets.HTML(f"<b>{text}</b>")


def download(name, content, kind, text):
    """A link, in HTML, that saves a picture's file under a name."""
    address = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
    return f'<a download="{name}" href="{address}">{text}</a>'


def layer_text(generator, state):
    """What each layer gets, in HTML."""
    count = generator.config.num_layers
    bands = style_bands(count)
    # The group of each layer, and what a state gives to groups and layers.
    band_of = [band for band, layers in bands.items() for _ in layers]
    from_a = "A" if state.t == 0 else f"A to B, {state.t:.2f}"
    cutoff = count if state.cutoff is None else state.cutoff
    strengths = dict(zip(bands, state.strengths, strict=True))

    columns = {"group": band_of, "style from": [], "psi": [], "noise": []}
    for layer, band in enumerate(band_of):
        is_truncated = layer < cutoff
        has_noise = state.noise != "none"
        columns["style from"].append("B" if layer in state.layers else from_a)
        columns["psi"].append(f"{state.psi:.2f}" if is_truncated else "1, not truncated")
        columns["noise"].append(f"{state.noise}, x {strengths[band]:.1f}" if has_noise else "none")
    return layer_table(generator, columns, [int(layer in state.layers) for layer in range(count)])
