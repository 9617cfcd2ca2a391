"""The playground: all dials of a StyleGAN on one image, with a state that can be shared (lesson 17)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

import ipywidgets

from stylegan_tf.course.notebook import png
from stylegan_tf.widgets.parts.controls import Layers, Seed
from stylegan_tf.widgets.parts.panel import NAME, Panel, error_text
from stylegan_tf.widgets.playground.files import picture_file, state_in, walk_file, walk_states
from stylegan_tf.widgets.playground.page import ALT, EDIT, download, layer_text, page
from stylegan_tf.widgets.playground.picture import alone, enlarged, find_directions, images, scene, sources
from stylegan_tf.widgets.playground.state import GROUPS, LIMITS, State
from stylegan_tf.widgets.style_mixing import crossed


def playground(generator, dataset: str | None = None, state: str = "", count: int = 2000) -> Playground:
    """A page with all dials on one image: seeds, psi, cutoff, mixing, a walk from A to B, noise, attributes.

    Args:
        generator: any, of any resolution and channel count.
        dataset: what it learned to draw; digits and toy faces get sliders for attributes, others a sentence
            instead.
        state: the text of a ``State`` to begin with.
        count: generated images in which the attributes are read.

    Raises:
        ValueError: for a state that cannot be read, or that the network cannot draw.
    """
    directions, about = find_directions(generator, dataset, count)
    first = State.parse(state, list(directions)).check(generator.config)
    return Playground(generator, directions, about, first)


ANY = -1  # in a list of classes: the one that the seed says


def _class(value):
    """What a state keeps of a list of classes."""
    return None if value == ANY else value


class Playground(Panel):
    """The widget that ``playground`` makes. ``state`` is what is drawn now; ``put`` draws another.

    Args:
        generator: draws the images.
        directions: attribute -> Direction; each gets a slider.
        about: a sentence on them.
        state: the first one.
    """

    def __init__(self, generator, directions: Mapping, about: str = "", state: State | None = None):
        self.generator = generator
        self.directions = dict(directions)
        self._classes = generator.config.label_dim
        self._sources = functools.lru_cache(maxsize=4)(functools.partial(sources, generator))

        # What a Panel lacks: the state as text, small views, a walk and its link.
        layout = dict(align_self="flex-start", max_width="100%")
        self.field = ipywidgets.Text(continuous_update=False, description="state", layout=dict(width="34em"))
        self.views = ipywidgets.Image(format="png", layout=layout)
        self.moving = ipywidgets.Image(format="png", layout=layout)
        self.walk_link = ipywidgets.HTML()
        self.shown = None  # the picture that is shown, and its state

        super().__init__(self._draw, ALT, **self._make_controls(state or State()))
        self._link_controls()
        self.field.observe(lambda change: self.attempt(lambda: self._typed(change["new"])), "value")
        self.children = page(self, about)

    @property
    def state(self) -> State:
        """The settings that the controls have now."""
        v = self.values
        edits = {name: v[EDIT + name] for name in self.directions}
        count = self.generator.config.num_layers
        return State(
            seed=v["seed"],
            psi=v["psi"],
            cutoff=None if v["cutoff"] == count else v["cutoff"],
            seed_b=v["seed_b"],
            layers=tuple(i for i, from_b in enumerate(v["layers"]) if from_b),
            t=v["t"],
            noise=v["noise_seed"] if v["noise"] == "drawn" else v["noise"],
            strengths=tuple(v[group] for group in GROUPS),
            edits=edits,
            label=_class(v.get("label", ANY)),
            label_b=_class(v.get("label_b", ANY)),
        )

    def put(self, state: State) -> None:
        """Set all controls to a state, and draw it once.

        Raises:
            ValueError: for a state that this network cannot draw.
        """
        values = self._values_of(state)
        self._held = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._held = False
        self.request()

    def walk(self, along: str = "t", frames: int = 48, kind: str = "png") -> bytes:
        """The file of a walk from the present state.

        Args:
            along: ``t``, ``psi`` or an attribute.
            frames: an even number.
            kind: "png" or "webp".

        Raises:
            ValueError: for an unknown name, and as ``walk_states`` and ``walk_file``.
        """
        states = walk_states(self.state, along, frames)
        pictures = [enlarged(image) for image in images(self.generator, states, self.directions)]
        return walk_file(pictures, self.state, kind)

    @property
    def file_name(self) -> str:
        """Name of the picture's file when it is saved: its state, as in ``seed_3-psi_0.7.png``."""
        settings = str(self.state).replace(" ", "-").replace("=", "_")
        return f"{re.sub(r'[^A-Za-z0-9_.+-]+', '_', settings)[:NAME]}.png"

    def _draw(self, **values):
        state = self.state
        others = self._sources(*alone(state))
        picture, views = scene(self.generator, state, self.directions, others)
        self.shown = (picture, state)
        self.views.value = png(views, small=False)
        self.field.value = str(state)
        return picture, layer_text(self.generator, state)

    def _show(self):
        # In one message: the link to a plain picture gives way to one that holds its state.
        with self.saving.hold_sync():
            super()._show()
            content = picture_file(*self.shown)
            self.saving.value = download(self.file_name, content, "png", "save picture with its state")

    def _values_of(self, state):
        """The values of the controls that show a state."""
        state.check(self.generator.config)
        edits = dict(state.edits)
        unknown = [name for name in edits if name not in self.directions]
        if unknown:
            known = ", ".join(self.directions) or "none"
            raise ValueError(f"there is no slider for '{unknown[0]}'; there are: {known}")

        # Latents and mixing.
        count = self.generator.config.num_layers
        values = dict(
            seed=state.seed,
            psi=state.psi,
            cutoff=count if state.cutoff is None else state.cutoff,
            seed_b=state.seed_b,
            t=state.t,
            layers=tuple(int(layer in state.layers) for layer in range(count)),
        )

        # Classes, of a conditional network.
        if self._classes:
            values["label"] = ANY if state.label is None else state.label
            values["label_b"] = ANY if state.label_b is None else state.label_b

        # Noise: a state names a kind, or the seed of a draw.
        if isinstance(state.noise, str):
            values["noise"] = state.noise
        else:
            values["noise"] = "drawn"
            values["noise_seed"] = state.noise
        values |= dict(zip(GROUPS, state.strengths, strict=True))

        # Attributes.
        values |= {EDIT + name: edits.get(name, 0.0) for name in self.directions}
        return values

    def _make_controls(self, state):
        """A control for each setting, by name, with the value that a state gives it."""
        values = self._values_of(state)
        count = self.generator.config.num_layers

        def slider(name, limits, step, label):
            low, high = LIMITS[limits]
            return ipywidgets.FloatSlider(value=values[name], min=low, max=high, step=step, description=label)

        # Latents, mixing and noise; then a slider for each group of noise, and for each attribute.
        controls = dict(
            seed=Seed(values["seed"], "seed of A"),
            psi=slider("psi", "psi", 0.05, "psi"),
            cutoff=ipywidgets.IntSlider(
                value=values["cutoff"], min=0, max=count, description="truncated layers"
            ),
            seed_b=Seed(values["seed_b"], "seed of B"),
            t=slider("t", "t", 0.05, "from A to B, t"),
            layers=Layers(count, "AB", values["layers"], "style of each layer"),
            noise=ipywidgets.Dropdown(
                options=["fixed", "drawn", "none"], value=values["noise"], description="noise"
            ),
            noise_seed=Seed(values.get("noise_seed", 0), "seed of noise"),
        )
        for name, text in (("label", "class of A"), ("label_b", "class of B")):
            if name in values:
                options = [("as the seed says", ANY), *((str(k), k) for k in range(self._classes))]
                controls[name] = ipywidgets.Dropdown(options=options, value=values[name], description=text)
        controls |= {group: slider(group, "strength", 0.1, f"{group} strength") for group in GROUPS}
        return controls | {
            EDIT + name: slider(EDIT + name, "edit", 0.25, name.replace("_", " ")) for name in self.directions
        }

    def _link_controls(self):
        """Link the controls that belong together.

        A crossover sets the layers and follows them, and a new seed of noise turns drawn noise on.
        """
        controls = self.controls
        count = self.generator.config.num_layers
        # The crossover, which is no setting of its own: the layers are.
        self.crossover = ipywidgets.IntSlider(
            value=count, min=0, max=count, description="crossover", layout=dict(width="34em")
        )
        self.crossover.style.description_width = "9em"

        def follow_layers(change):
            at = change["new"].count(0)
            if change["new"] == crossed(count, at):
                self.crossover.value = at

        def set_layers(change):
            controls["layers"].value = crossed(count, change["new"])

        # The seed of noise.
        def draw_noise(change):
            if not self._held:
                controls["noise"].value = "drawn"

        follow_layers({"new": controls["layers"].value})
        controls["layers"].observe(follow_layers, "value")
        self.crossover.observe(set_layers, "value")
        controls["noise_seed"].observe(draw_noise, "value")

    def _typed(self, text):
        """Draw the state that was typed, if it is a new one."""
        if text != str(self.state):
            self.put(State.parse(text, list(self.directions)))

    def reopen(self, files):
        """Draw the state of the last of some uploaded files."""
        if isinstance(files, dict):  # ipywidgets 7
            files = files.values()
        files = list(files)
        if files:
            text = state_in(bytes(files[-1]["content"]))
            self.put(State.parse(text, list(self.directions)))

    def attempt(self, action):
        """Do something, and show the reason if it cannot be done."""
        try:
            action()
        except Exception as error:  # in an event loop nobody would see it
            self.problem.value = error_text(error)
