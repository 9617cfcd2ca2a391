"""The table of truncation, against the metrics called one by one."""

import numpy as np
import pytest
from support.helpers import SMALL

import stylegan_tf as sg
from stylegan_tf import metrics
from stylegan_tf.metrics.batches import draw_images


@pytest.fixture(scope="module")
def generator():
    G = sg.Generator(SMALL)
    G.w_avg.assign(np.linspace(-1, 1, SMALL.w_dim))
    return G


def features(images):
    """Means of the four quarters of each channel."""
    x = np.asarray(images).reshape(-1, 2, 8, 2, 8, 3).mean(axis=(2, 4))
    return x.reshape(len(x), -1)


@pytest.fixture(scope="module")
def real():
    return np.random.default_rng(0).normal(size=(80, 12))


def test_a_row_holds_the_scores_of_evaluate(generator, real):
    (row,) = metrics.truncation_table(generator, features, real, [0.5], [2], count=60, seed=3)
    images = draw_images(generator, 60, seed=3, batch_size=1000, psi=0.5, cutoff=2)
    fake = features(np.clip(images, -1, 1))
    # Generated images are rounded to 8 bits first, which moves each feature a little.
    assert row[:2] == (0.5, 2)
    np.testing.assert_allclose(row.fid, metrics.fid(fake, real), rtol=1e-3)
    np.testing.assert_allclose(row[3:5], metrics.precision_recall(real[:60], fake), atol=0.04)
    np.testing.assert_allclose(row[5:], metrics.density_coverage(real[:60], fake), atol=0.04)


def test_there_is_a_row_for_each_setting_in_order(generator, real):
    table = metrics.truncation_table(generator, features, real, [1.0, 0.0], [2, None], count=20)
    assert [row[:2] for row in table] == [(1.0, 2), (1.0, None), (0.0, 2), (0.0, None)]
    assert table[0][2:] == table[1][2:]  # without truncation the cutoff changes nothing


def test_too_few_reals_are_refused(generator, real):
    with pytest.raises(ValueError, match="80 real images and 81"):
        metrics.truncation_table(generator, features, real, [1.0], count=81)
