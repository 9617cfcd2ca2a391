import numpy as np
import pytest
from support.helpers import audible_generator

from stylegan_tf import latents
from stylegan_tf.figures.layout import pictures
from stylegan_tf.widgets.mapping_pad import SIDE, ZPlane, mapped, mapping_pad
from stylegan_tf.widgets.parts import pad


@pytest.fixture(scope="module")
def generator():
    return audible_generator()


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


def test_the_axes_of_w_rise_with_those_of_z(generator):
    for seed in range(4):
        plane = ZPlane(generator, seed)
        assert (np.sum(plane.sheet * plane.grid, axis=(0, 1)) >= 0).all()


def panes(picture):
    """The four panels, uint8 (4, SIDE, SIDE, 3)."""
    pixels = np.asarray(picture)[-SIDE:]
    return np.stack([pixels[:, i * (SIDE + 8) :][:, :SIDE] for i in range(4)])


def dot(pane):
    """Where the orange point is, in shares of the pane from the lower left corner."""
    y, x = np.nonzero((np.abs(pane.astype(int) - (213, 94, 0)) < 30).all(axis=-1))
    return np.array([x.mean() + 0.5, SIDE - y.mean() - 0.5]) / SIDE


def test_in_z_the_point_stands_where_it_is_put_and_in_w_where_the_mapping_brings_it(generator):
    plane = ZPlane(generator)
    in_z, in_w, image, flat = panes(mapped(plane, 3.0, -2.0))
    np.testing.assert_allclose(dot(in_z) * 16 - 8, [3, -2], atol=0.1)
    np.testing.assert_allclose(
        (dot(in_w) * 16 - 8) * plane.unit, plane.flat(3.0, -2.0)[0], atol=0.1 * plane.unit
    )
    expected = pictures(generator, generator.broadcast(plane.w(3.0, -2.0)), SIDE)[0]
    np.testing.assert_allclose(image.astype(int), expected.astype(int), atol=1)
    w = plane.centre + plane.flat(3.0, -2.0) @ plane.axes
    np.testing.assert_allclose(
        flat.astype(int), pictures(generator, generator.broadcast(w), SIDE)[0].astype(int), atol=1
    )


def test_in_w_the_point_moves_on_the_flat_plane_and_in_z_stands_the_nearest(generator):
    plane = ZPlane(generator)
    in_z, in_w, _, flat = panes(mapped(plane, 3.0, -2.0, "w"))
    np.testing.assert_allclose(dot(in_w) * 16 - 8, [3, -2], atol=0.1)
    place = plane.unit * np.array([3.0, -2.0])
    found = dot(in_z) * 16 - 8
    everywhere = np.random.default_rng(0).integers(-32, 33, (2000, 2)) / 4
    distances = np.linalg.norm(plane.flat(*everywhere.T) - place, axis=1)
    assert np.linalg.norm(plane.flat(*plane.nearest(place))[0] - place) <= distances.min() + 1e-4
    np.testing.assert_allclose(found, plane.nearest(place), atol=0.1)
    w = (plane.centre + place @ plane.axes)[None].astype("float32")
    np.testing.assert_allclose(
        flat.astype(int), pictures(generator, generator.broadcast(w), SIDE)[0].astype(int), atol=1
    )


def test_a_slider_moves_the_point_and_the_pad(generator):
    panel = mapping_pad(generator)
    pad, before = panel.children[0], panel.picture.value
    panel.controls["across"].value = 4.0
    assert panel.picture.value != before
    assert pad.value == (4.0, 0.0)
    panel.reset()
    assert panel.picture.value == before
    assert pad.value == (0.0, 0.0)


def test_the_pad_moves_both_sliders(generator):
    panel = mapping_pad(generator)
    pad, seen = panel.children[0], []
    pad.observe(lambda change: seen.append(change["new"]), "value")
    pad.value = (1.5, -2.0)
    assert panel.values == {"space": "z", "across": 1.5, "up": -2.0}
    assert seen == [(1.5, -2.0)]  # the sliders have not pushed it back halfway
    by_pad = panel.picture.value
    panel.reset()
    panel.controls["across"].value, panel.controls["up"].value = 1.5, -2.0
    assert panel.picture.value == by_pad


@pytest.mark.parametrize("failure", [ImportError("no module"), RuntimeError("a version that does not fit")])
def test_without_anywidget_a_sentence_says_why_and_the_sliders_work(generator, monkeypatch, failure):
    def fail():
        raise failure

    monkeypatch.setattr(pad, "_pad_class", fail)
    panel = mapping_pad(generator)
    assert f"use the sliders: {type(failure).__name__}: {failure}" in panel.children[0].value
    before = panel.picture.value
    panel.controls["up"].value = 2.0
    assert panel.picture.value != before
