"""All widgets, on networks that need no training. A page of cells calls them one by one; so can a reader of the tests."""

import functools
import tempfile

import numpy as np

import stylegan_tf as sg
from stylegan_tf import widgets
from stylegan_tf.editing import Attributes

WIDGETS = []
CONFIG = sg.Config(
    resolution=32, channels=3, z_dim=24, w_dim=24, mapping_width=24, mapping_layers=2, fmap_base=256, fmap_max=32
)  # fmt: skip


def widget(make):
    """Add a widget to the page; a class on it tells the tests its name."""

    def shown():
        panel = make()
        panel.add_class(f"test-{make.__name__}")
        return panel

    WIDGETS.append(shown)
    return shown


@functools.cache
def generator():
    """Untrained, but the same at every start; its noise is heard."""
    sg.keras.utils.set_random_seed(1)
    G = sg.Generator(CONFIG)
    for block in G.synthesis.blocks.values():
        for epilogue in (block.epilogue0, block.epilogue1):
            epilogue.noise.strength.assign(np.full(epilogue.noise.strength.shape, 0.3))
    return G


def read(images):
    """How light a picture is, and its upper half."""
    images = np.clip(images, -1, 1)
    return {"light": images.mean(axis=(1, 2, 3)), "sky": images[:, :8].mean(axis=(1, 2, 3))}


@functools.cache
def attributes():
    return Attributes(generator(), read, 300)


@functools.cache
def run():
    """A run with samples of two moments."""
    run = sg.Run(tempfile.mkdtemp())
    for kimg, side in ((1.0, 16), (2.0, 32)):
        images = sg.layout.images_of(generator(), range(64), resolution=side)
        run.write_sample(sg.layout.grid(images, 8, scale=32 // side), f"{kimg:010.3f}_{side}x{side}.png")
    return run


@widget
def truncation():
    return widgets.truncation(generator(), range(4))


@widget
def adain_channels():
    return widgets.adain_channels(generator())


@widget
def style_mixing():
    return widgets.style_mixing(generator(), (0, 1, 2))


@widget
def noise():
    return widgets.noise(generator())


@widget
def interpolation():
    return widgets.interpolation(generator())


@widget
def training_scrubber():
    return widgets.training_scrubber(run())


@widget
def separability():
    return widgets.separability(generator(), attributes())


@widget
def editing():
    return widgets.editing(generator(), attributes(), read)


@widget
def ablation_viewer():
    small = sg.Generator(CONFIG.replace(resolution=16, channels=1))
    return widgets.ablation_viewer({"colour": generator(), "grey": small}, count=4)


@widget
def gan_slow_motion():
    """Two points that walk: a step of D moves the score, a step of G the generated point."""
    at = {"D": 0.0, "G": 0.0}

    def step(name):
        at[name] += 0.5

    return widgets.gan_slow_motion(
        lambda: step("D"),
        lambda: step("G"),
        lambda: np.array([[at["G"], 0.0]]),
        lambda points: points[:, :1] - at["D"],
        np.zeros((1, 2)),
    )
