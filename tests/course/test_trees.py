"""Trees: their directions are read rightly, and a little augmentation does not leak."""

import numpy as np
import pytest

import stylegan_tf as sg
from stylegan_tf.course import trees
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics.batches import draw_images


@pytest.mark.parametrize("turns", range(4))
def test_a_turned_tree_points_where_it_was_turned(turns):
    images = to_unit_range(trees.draw_trees(300, seed=2))
    found = trees.directions(np.rot90(images, turns, axes=(1, 2)))
    assert np.mean(found == turns) > 0.98


def test_trees_are_upright_and_differ():
    images = trees.draw_trees(50)
    assert images.dtype == np.uint8 and images.shape == (50, 8, 8, 1)
    assert len({image.tobytes() for image in images}) == 50
    np.testing.assert_array_equal(images, trees.draw_trees(50))
    widths = (images[..., 0] > 0).sum(axis=2)  # (50, 8)
    assert (np.diff(widths[:, :3], axis=1) >= 0).all()  # a crown grows from the tip


def test_a_small_probability_of_quarter_turns_does_not_leak():
    # D sees a fifth of all trees turned (p / 4 to each other direction); G draws them upright all the same.
    config = trees.config(p=0.3, kimg=8, seed=1)
    gan = sg.StyleGAN(config)
    gan.compile()
    gan.fit(trees.load_trees(), verbose=0)
    found = trees.directions(draw_images(gan.ema_generator, 400, seed=1))
    assert np.mean(found == 0) > 0.9
