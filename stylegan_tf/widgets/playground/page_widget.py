"""The playground: all dials of a StyleGAN on one image, with a state that can be shared (lesson 17)."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Mapping

import ipywidgets

from stylegan_tf.course.notebook import png
from stylegan_tf.widgets.parts.controls import Layers, Seed
from stylegan_tf.widgets.parts.panel import NAME, Panel
from stylegan_tf.widgets.playground.files import picture_file, state_in, walk_file, walk_states
from stylegan_tf.widgets.playground.page import ALT, EDIT, download, layer_text, page
from stylegan_tf.widgets.playground.picture import enlarged, find_directions, images, scene, sources
from stylegan_tf.widgets.playground.state import GROUPS, LIMITS, State


def playground(generator, dataset: str | None = None, state: str = "", count: int = 2000) -> Playground:
    """A page with all dials on one image: seeds, psi and cutoff, mixing, a walk from A to B, noise,
    attributes.

    Args:
        generator: any, of any resolution and channel count.
        dataset: what it learned to draw; digits and toy faces get sliders for attributes, others a sentence
            instead.
        state: the text of a ``State`` to begin with. count: generated images in which the attributes are
            read.

    Raises:
        ValueError: for a state that cannot be read, or that the network cannot draw.
    """
    directions, about = find_directions(generator, dataset, count)
    return Playground(
        generator, directions, about, State.parse(state, list(directions)).check(generator.config)
    )


class Playground(Panel):
    """See ``playground``. ``state`` is what is drawn now; ``put`` draws another.

    Args:
        directions: attribute -> Direction; each gets a slider. about: a sentence on them. state: the first.
    """

    def __init__(self, generator, directions: Mapping, about: str = "", state: State | None = None):
        self.generator, self.directions = generator, dict(directions)
        self._sources = functools.lru_cache(maxsize=4)(functools.partial(sources, generator))
        start, layout = state or State(), dict(align_self="flex-start", max_width="100%")
        self.field = ipywidgets.Text(continuous_update=False, description="state", layout=dict(width="34em"))
        self.views, self.moving = (ipywidgets.Image(format="png", layout=layout) for _ in range(2))
        self.walk_link, self.shown = ipywidgets.HTML(), None
        super().__init__(self._draw, ALT, **self._make_controls(start))
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
        """The file of a walk from the state of now: along ``t``, ``psi`` or an attribute, ``kind`` png or
        webp.

        Raises:
            ValueError: for an unknown name, and as ``walk_states`` and ``walk_file``.
        """
        states = walk_states(self.state, along, frames)
        return walk_file(
            [enlarged(i) for i in images(self.generator, states, self.directions)], self.state, kind
        )

    @property
    def file_name(self) -> str:
        """Of the picture when it is saved: its state, as in ``seed_3-psi_0.7.png``."""
        return f"{re.sub(r'[^A-Za-z0-9_.+-]+', '_', str(self.state).replace(' ', '-').replace('=', '_'))[:NAME]}.png"

    def _draw(self, **values):
        state = self.state
        picture, views = scene(
            self.generator, state, self.directions, self._sources(state.seed, state.seed_b)
        )
        self.shown, self.views.value, self.field.value = (picture, state), png(views, small=False), str(state)
        return picture, layer_text(self.generator, state)

    def _show(self):
        with (
            self.saving.hold_sync()
        ):  # one message: the link to a plain picture gives way to one that holds its state
            super()._show()
            self.saving.value = download(
                self.file_name, picture_file(*self.shown), "png", "save picture with its state"
            )

    def _values_of(self, state):
        """The values of the controls that show a state."""
        state.check(self.generator.config)
        edits, count, drawn = (
            dict(state.edits),
            self.generator.config.num_layers,
            not isinstance(state.noise, str),
        )
        if unknown := [name for name in edits if name not in self.directions]:
            raise ValueError(
                f"there is no slider for '{unknown[0]}'; there are: {', '.join(self.directions) or 'none'}"
            )
        values = dict(seed=state.seed, psi=state.psi, cutoff=count if state.cutoff is None else state.cutoff)
        values |= dict(
            seed_b=state.seed_b, t=state.t, layers=tuple(int(i in state.layers) for i in range(count))
        )
        values |= dict(noise="drawn" if drawn else state.noise) | (
            {"noise_seed": state.noise} if drawn else {}
        )
        return (
            values
            | dict(zip(GROUPS, state.strengths, strict=True))
            | {EDIT + n: edits.get(n, 0.0) for n in self.directions}
        )

    def _make_controls(self, state):
        values, count = self._values_of(state), self.generator.config.num_layers

        def slider(name, limits, step, label):
            low, high = LIMITS[limits]
            return ipywidgets.FloatSlider(value=values[name], min=low, max=high, step=step, description=label)

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
        controls |= {group: slider(group, "strength", 0.1, f"{group} strength") for group in GROUPS}
        return controls | {
            EDIT + name: slider(EDIT + name, "edit", 0.25, name.replace("_", " ")) for name in self.directions
        }

    def _link_controls(self):
        """A crossover sets the layers, and stands where they say; who rolls noise wants to see it drawn."""
        controls, count = self.controls, self.generator.config.num_layers
        self.crossover = ipywidgets.IntSlider(
            value=count, min=0, max=count, description="crossover", layout=dict(width="34em")
        )
        self.crossover.style.description_width = "9em"

        def crossed(at):
            return (0,) * at + (1,) * (count - at)

        def follow(change):
            at = change["new"].count(0)
            if change["new"] == crossed(at):
                self.crossover.value = at

        def draw_noise(change):
            if not self._held:
                controls["noise"].value = "drawn"

        follow({"new": controls["layers"].value})
        controls["layers"].observe(follow, "value")
        self.crossover.observe(
            lambda change: setattr(controls["layers"], "value", crossed(change["new"])), "value"
        )
        controls["noise_seed"].observe(draw_noise, "value")

    def _typed(self, text):
        if text != str(self.state):
            self.put(State.parse(text, list(self.directions)))

    def reopen(self, files):
        files = list(files.values()) if isinstance(files, dict) else list(files)  # ipywidgets 7 has a dict
        if files:
            self.put(State.parse(state_in(bytes(files[-1]["content"])), list(self.directions)))

    def attempt(self, action):
        try:
            action()
        except Exception as error:  # in an event loop nobody would see it
            self.problem.value = f'<span class="stylegan-error" role="alert">{html.escape(f"{error}")}</span>'
