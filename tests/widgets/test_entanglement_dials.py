import numpy as np
import pytest

from stylegan_tf.widgets.entanglement_dials import entanglement, entanglement_dials, entanglement_numbers


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8, 0.95])
def test_a_correlation_leaves_both_spaces_straight_and_leaks_into_averages(rho):
    found = entanglement_numbers(rho, 0.0)
    assert found["z"] < 1.05 and found["w"] < 1.05
    assert found["leak"] == pytest.approx(rho, abs=0.03)
    assert found["correlation"] == pytest.approx(rho, abs=0.02)


def test_a_hole_bends_z_the_more_the_larger_it_is_and_leaves_w_straight():
    found = [entanglement_numbers(0.0, hole) for hole in (0.0, 0.5, 0.8, 1.0)]
    z = [f["z"] for f in found]
    assert np.all(np.diff(z) > 0.08) and z[-1] > 1.4
    assert max(f["w"] for f in found) < 1.08
    np.testing.assert_allclose([f["corner"] for f in found], [1 / 4, 1 / 7, 1 / 16, 0], atol=0.01)


def border(figure, panel):
    """The dashed line of a panel, (N, 2)."""
    (line,) = [line for line in figure.axes[panel].get_lines() if line.get_linestyle() == "--"]
    return np.stack(line.get_data(), axis=1)


def bend(points):
    return np.linalg.svd(points - points.mean(axis=0), compute_uv=False)[1] / np.sqrt(len(points))


def test_the_picture_shows_the_border_straight_with_a_correlation_and_bent_with_a_hole():
    assert bend(border(entanglement(0.8, 0.0, numbers=False), 0)) < 1e-6
    with_hole = entanglement(0.0, 0.8, numbers=False)
    assert bend(border(with_hole, 0)) > 0.1
    assert bend(border(with_hole, 1)) < 1e-6


def test_no_border_is_drawn_where_no_face_is():
    smiles = border(entanglement(0.0, 1.0, numbers=False), 1)
    assert np.all((smiles <= 0).any(axis=1))


def test_the_dials_draw_anew_and_say_what_was_measured():
    panel = entanglement_dials()
    before = panel.picture.value
    panel.controls["rho"].value = 0.5
    assert panel.picture.value != before
    found, titles = entanglement_numbers(0.5, 0.8), [ax.get_title() for ax in entanglement(0.5, 0.8).axes]
    assert f"separability {found['z']:.2f}\nrho 0.50, hole 80%" in titles[0]
    assert f"hair takes {found['leak']:+.2f} smile along" in titles[1]
