"""From a state of the playground to its pictures: pure functions, many states at once (lesson 17)."""

from __future__ import annotations

import dataclasses
import types
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from stylegan_tf import latents
from stylegan_tf.data.names import is_toyfaces
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.editing.attributes import Attributes, reader_of
from stylegan_tf.figures.layout import grid, labelled, resize_pixels
from stylegan_tf.figures.paper import style_bands
from stylegan_tf.networks.sampling import batches_of
from stylegan_tf.widgets.editing import edited
from stylegan_tf.widgets.noise import LOUDER
from stylegan_tf.widgets.parts.compiled import styles, synthesis
from stylegan_tf.widgets.playground.state import State

NONE = types.MappingProxyType({})  # no attribute has a direction
SIDE = 448  # dots of the large picture, about
# The attributes that get a slider, of those that the classifier of such images reads. Faces of every palette
# have these.
OF_DIGITS = ("slant", "thickness", "width")
OF_FACES = ("yaw", "smile", "glasses", "moustache", "hair_length", "skin")


def attributes_of(dataset: str | None) -> tuple[str, ...]:
    """The attributes that get a slider for images like those of a data set.

    There are none where no attribute classifier is shipped.
    """
    if not dataset:
        return ()
    if is_toyfaces(dataset):
        return OF_FACES
    return OF_DIGITS if dataset in ("digits", "tfds:mnist") else ()


def find_directions(
    generator, dataset: str | None, count: int = 2000
) -> tuple[dict[str, latents.Direction], str]:
    """The directions of the attributes that get a slider, and a sentence about them.

    The sentence says how they were found, or why there are none. Those of faces are normals of hyperplanes,
    those of digits come from regression, in the images of ``count`` latents (seed 0; lesson 14 compares the
    two). Nothing is held still: an attribute takes along what it is correlated with.

    Args:
        dataset: what the generator learned to draw. An attribute classifier is shipped for digits and toy
            faces.
        count: images to read the attributes in.
    """
    if dataset is None:
        return {}, "No attribute sliders: name the kind of images, such as dataset='digits' or 'toyfaces'."
    try:
        read = reader_of(dataset)
        names = attributes_of(dataset)
        method = "svm" if is_toyfaces(dataset) else "regression"
        with warnings.catch_warnings(record=True) as left_out:
            warnings.simplefilter("always")
            attributes = Attributes(generator, read, count)
        found = {name: attributes.direction(name, method) for name in names}
    except ValueError as error:
        return {}, f"No attribute sliders: {error}."
    notes = "".join(f"; {warning.message}" for warning in left_out)
    about = f"Directions found in {count:,} generated images{notes}. A slider counts in deviations of w."
    return found, about


def states_to_ws(
    generator, states: Sequence[State], directions: Mapping[str, latents.Direction] = NONE
) -> np.ndarray:
    """Styles (N, L, w_dim) of some states.

    A goes towards B, layers of B come in, then truncation, then the edits.

    Raises:
        ValueError: for a layer that the network lacks, or an edit without a direction.
    """
    ws_of = _styles_of_sources(generator, states)
    found = []
    for state in states:
        # Can the network draw it?
        state.check(generator.config)
        unknown = [name for name, _ in state.edits if name not in directions]
        if unknown:
            known = ", ".join(directions) or "none"
            raise ValueError(f"there is no direction for '{unknown[0]}'; there are: {known}")

        # All dials, in their order.
        a = ws_of[state.seed, state.label][None]  # (1, L, w_dim)
        b = ws_of[state.seed_b, state.label_b][None]
        ws = latents.mix(latents.lerp(a, b, np.float32(state.t)), b, state.layers)
        ws = latents.truncate(ws, generator.w_avg, np.float32(state.psi), state.cutoff)
        found.append(edited(ws, directions, dict(state.edits)))
    return np.concatenate(found)


def _styles_of_sources(generator, states):
    """{(seed, class): styles (L, w_dim)} of all that some states name, as A or as B."""
    named = {(state.seed, state.label) for state in states}
    named |= {(state.seed_b, state.label_b) for state in states}
    found = {}
    for label in {label for _, label in named}:
        seeds = sorted(seed for seed, of in named if of == label)
        for seed, ws in zip(seeds, styles(generator, seeds, label=label), strict=True):
            found[seed, label] = ws
    return found


def states_to_noise(generator, states: Sequence[State]) -> list[np.ndarray] | str:
    """Noise maps of some states, L arrays (N, h, w, 1), for ``synthesis``.

    For a network without noise it is the word "none".
    """
    config = generator.config
    if not config.noise:
        return "none"

    # The maps that the network keeps, and the group of each layer: 0 coarse, 1 middle, 2 fine.
    stored = []
    for r in config.resolutions:
        block = generator.synthesis.blocks[r]
        stored += [np.asarray(block.epilogue0.noise.noise_map), np.asarray(block.epilogue1.noise.noise_map)]
    bands = style_bands(config.num_layers)
    group_of = [group for group, layers in enumerate(bands.values()) for _ in layers]

    # Those of each state, times the strength of their group.
    maps_of_states = []
    for state in states:
        is_drawn = not isinstance(state.noise, str)
        maps = latents.noise_list(config, np.random.default_rng(state.noise)) if is_drawn else stored
        strengths = (0.0, 0.0, 0.0) if state.noise == "none" else state.strengths
        scaled = [
            np.float32(strengths[group]) * noise_map for group, noise_map in zip(group_of, maps, strict=True)
        ]
        maps_of_states.append(scaled)
    return [np.concatenate(maps) for maps in zip(*maps_of_states, strict=True)]


def images(
    generator, states: Sequence[State], directions: Mapping[str, latents.Direction] = NONE
) -> np.ndarray:
    """Images (N, r, r, C) of some states, nominal range [-1, 1]; a few at a time.

    Raises:
        ValueError: as ``states_to_ws``.
    """
    drawn = []
    for part in batches_of(len(states), generator.config.resolution):
        some = states[part.start : part.stop]
        ws = states_to_ws(generator, some, directions)
        noise = states_to_noise(generator, some)
        drawn.append(synthesis(generator, ws, noise))
    return np.concatenate(drawn)


def enlarged(image) -> Image.Image:
    """One image (r, r, C) as a picture of about 448 dots; a larger one keeps its pixels."""
    image = to_uint8(image)
    if image.shape[0] < SIDE:
        image = resize_pixels(image, SIDE)
    return grid(image[None])


def sources(generator, a: State, b: State) -> np.ndarray:
    """A, B and the mean image, each by itself, with the stored noise: (3, r, r, C)."""
    return images(generator, [a, b, dataclasses.replace(a, psi=0.0)])


def alone(state: State) -> tuple[State, State]:
    """The states of A and of B of a state, by themselves."""
    return State(state.seed, label=state.label), State(state.seed_b, label=state.label_b)


def scene(generator, state: State, directions=NONE, others=None) -> tuple[Image.Image, Image.Image]:
    """The picture, large, and small views in a row.

    The views are A and B by themselves, the mean image, the image without noise, and what the noise changes.
    The last one is mid-grey where the noise changes nothing, and shows the difference eight times as large
    elsewhere.

    Args:
        others: ``sources`` of the state's A and B, if they are there already.

    Raises:
        ValueError: as ``states_to_ws``.
    """
    picture, without = images(generator, [state, dataclasses.replace(state, noise="none")], directions)
    if others is None:
        others = sources(generator, *alone(state))
    a, b, mean = others
    difference = np.clip(LOUDER * (picture - without) / 2, -1, 1)
    names = [f"A: {state.seed}", f"B: {state.seed_b}", "mean image", "no noise", f"noise, x {LOUDER}"]
    return enlarged(picture), labelled([[a, b, mean, without, difference]], [""], names)
