"""All widgets, on networks that need no training.

A page of cells calls them one by one; so can anyone who reads the tests.
"""

import functools
import tempfile

import keras
import numpy as np

import stylegan_tf as sg
from stylegan_tf import widgets
from stylegan_tf.editing.attributes import Attributes
from stylegan_tf.figures.layout import grid
from stylegan_tf.metrics.truncation import Truncated
from stylegan_tf.networks.sampling import images_of

CONFIG = sg.Config(
    resolution=32, channels=3, z_dim=24, w_dim=24, mapping_width=24, mapping_layers=2,
    fmap_base=256, fmap_max=32,
)  # fmt: skip


def widget(make):
    """A class on a widget tells the tests its name."""

    def shown():
        panel = make()
        panel.add_class(f"test-{make.__name__}")
        return panel

    return shown


@functools.cache
def generator():
    """Untrained, but the same at every start; its noise is heard."""
    keras.utils.set_random_seed(1)
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
        images = images_of(generator(), range(64), resolution=side)
        run.write_sample(grid(images, 8, scale=32 // side), f"{kimg:010.3f}_{side}x{side}.png")
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
def class_and_seed():
    return widgets.class_and_seed(sg.Generator(CONFIG.replace(label_dim=3)), count=4)


@widget
def augmentation():
    return widgets.augmentation(images_of(generator(), range(4)))


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


@widget
def growing():
    return widgets.growing(generator(), range(4))


@widget
def mapping_pad():
    return widgets.mapping_pad(generator())


@widget
def psi_meters():
    """The numbers are made up: what is measured is another test's business."""
    table = [
        Truncated(psi, cutoff, 1.0, 1 - psi / 2, psi / 2, 1.0, 1.0)
        for psi in (1.0, 0.5, 0.0)
        for cutoff in (2, None)
    ]
    return widgets.psi_meters(generator(), table, range(4))


@widget
def quality_meters():
    images = images_of(generator(), range(80))
    return widgets.quality_meters(
        widgets.Disturbed(images[:40], np.arange(40) % 4, levels(images[40:]), levels), shown=4
    )


def levels(images):
    """Features: the mean of each eighth of a picture."""
    return np.asarray(images, "float64").reshape(len(images), 8, -1).mean(axis=2)


@widget
def which_is_real():
    images = images_of(generator(), range(6))
    return widgets.which_is_real(widgets.deal(images, -images, rounds=3))


@widget
def entanglement_dials():
    return widgets.entanglement_dials()


@widget
def r1_gamma():
    real = np.random.default_rng(0).normal(1.0, 0.2, (32, 2))
    return widgets.r1_gamma(real, -real, gammas=(0.0, 10.0), steps=20)


@widget
def ffhq_planner():
    return widgets.ffhq_planner(64, 1, 8)
