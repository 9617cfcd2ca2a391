import numpy as np
import pytest
from helpers import SMALL

from stylegan_tf import Generator, latents
from stylegan_tf.layout import pictures
from stylegan_tf.widgets.z_plane import ZPlane, mapped, mapping_pad


@pytest.fixture(scope="module")
def generator():
    return Generator(SMALL)


def test_the_middle_of_the_plane_is_the_seed_and_steps_are_steps_in_z(generator):
    plane = ZPlane(generator, seed=4)
    np.testing.assert_allclose(plane.z(0, 0), latents.from_seeds([4], generator.z_dim), atol=1e-6)
    here, across, up = plane.z([0, 3, 0], [0, 0, -5])
    assert np.linalg.norm(across - here) == pytest.approx(3, abs=1e-4)
    assert np.linalg.norm(up - here) == pytest.approx(5, abs=1e-4)
    assert np.dot(across - here, up - here) == pytest.approx(0, abs=1e-4)
    assert np.dot(across - here, here) == pytest.approx(0, abs=1e-4)


def test_w_is_the_mapping_of_z_and_is_seen_without_stretching(generator):
    plane = ZPlane(generator)
    np.testing.assert_allclose(plane.w(2, -1), generator.mapping(plane.z(2, -1)), atol=1e-5)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-4)
    assert 0 < plane.share <= 1 + 1e-6


def test_the_panels_show_the_point_and_its_image(generator):
    plane = ZPlane(generator)
    in_z, in_w, image = mapped(plane, 3.0, -2.0).axes
    np.testing.assert_allclose(in_z.lines[-1].get_xydata(), [[3.0, -2.0]])
    np.testing.assert_allclose(in_w.lines[-1].get_xydata(), plane.flat(3.0, -2.0), atol=1e-5)
    expected = pictures(generator, generator.broadcast(plane.w(3.0, -2.0)), 128)[0]
    np.testing.assert_array_equal(image.images[0].get_array(), expected)


def test_a_slider_moves_the_point(generator):
    panel = mapping_pad(generator)
    before = panel.picture.value
    panel.controls["across"].value = 4.0
    assert panel.picture.value != before
    panel.reset()
    assert panel.picture.value == before
