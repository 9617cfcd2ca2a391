"""D's scores of real pictures that train, and of those that are held out."""

import numpy as np
import pytest
from support.tiny import TINY, make

from stylegan_tf.data.part import Part
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.data.source import Images
from stylegan_tf.runs.recording import HeldOut


@pytest.fixture(scope="module")
def data():
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8, TINY.channels), dtype="uint8")
    return Images(images)


def logs_of(gan, seen, unseen, **logs):
    callback = HeldOut(seen, unseen)
    callback.set_model(gan)
    logs = {"resolution": 8, "alpha": 1.0, **logs}
    callback.on_epoch_end(0, logs)
    return logs


def test_both_are_means_of_the_discriminators_scores(data):
    gan = make(progressive=False, mbstd_group=1)
    seen, unseen = Part(data, np.arange(30)), Part(data, np.arange(30, 40))
    logs = logs_of(gan, seen, unseen)
    images = to_unit_range(data.images[30:])
    assert logs["unseen_score"] == pytest.approx(float(np.mean(gan.discriminator(images))), abs=1e-5)
    places = np.linspace(0, 29, 10).astype(int)  # as many of both kinds
    images = to_unit_range(data.images[places])
    assert logs["seen_score"] == pytest.approx(float(np.mean(gan.discriminator(images))), abs=1e-5)


def test_reals_are_blended_while_a_block_fades_in(data):
    gan = make(mbstd_group=1)
    seen, unseen = Part(data, np.arange(30)), Part(data, np.arange(30, 40))
    whole, half = (logs_of(gan, seen, unseen, alpha=alpha)["unseen_score"] for alpha in (1.0, 0.5))
    images = to_unit_range(data.images[30:])
    coarse = images.reshape(10, 4, 2, 4, 2, -1).mean(axis=(2, 4)).repeat(2, 1).repeat(2, 2)
    expected = gan.discriminator((images + coarse) / 2, alpha=0.5)
    assert half == pytest.approx(float(np.mean(expected)), abs=1e-5)
    assert half != whole


def test_groups_of_the_minibatch_deviation_are_whole(data):
    gan = make(progressive=False, mbstd_group=4)
    logs = logs_of(gan, Part(data, np.arange(30)), Part(data, np.arange(30, 40)))
    images = to_unit_range(data.images[30:38])
    assert logs["unseen_score"] == pytest.approx(float(np.mean(gan.discriminator(images))), abs=1e-5)
