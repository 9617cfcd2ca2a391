import numpy as np
import pytest
import scipy.stats

from stylegan_tf.course.ideal import IdealFaces, attributes
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.data.toyfaces.dataset import draw_faces, sample_factors
from stylegan_tf.data.toyfaces.factors import NAMES as COLUMNS

DIALS = [(0.0, 0.0), (0.8, 0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, 1.0), (0.6, 0.8), (-0.4, 1.0)]


def codes(count, seed=0):
    return np.random.default_rng(seed).standard_normal((count, 3))


@pytest.mark.parametrize("rho, hole", DIALS)
def test_an_ideal_generator_draws_what_the_data_hold(rho, hole):
    """The same dials on two continuous factors of sample_factors, which draws by rejection: the same shares
    in 6x6 cells.
    """
    above = 1e-6  # a corner begins just above 0 there
    data = sample_factors(
        40_000,
        1,
        rho=rho,
        pair=("yaw", "smile"),
        hole=hole,
        combination={"yaw": (above, 40), "smile": (above, 1)},
    )
    drawn = np.stack([data[:, COLUMNS.index("yaw")] / 40, data[:, COLUMNS.index("smile")]])
    cells = np.linspace(-1, 1, 7)
    ours = np.histogram2d(*IdealFaces(rho, hole).mapping(codes(40_000))[:, :2].T, [cells, cells])[0]
    theirs = np.histogram2d(*drawn, [cells, cells])[0]
    assert np.abs(ours - theirs).max() <= 5 * np.sqrt(2 * theirs.max())
    filled = (ours + theirs) > 20
    assert scipy.stats.chi2_contingency(np.stack([ours[filled], theirs[filled]])).pvalue > 1e-4


def test_the_turn_is_independent_of_both_dials():
    w = IdealFaces(0.8, 0.8).mapping(codes(20_000))
    assert scipy.stats.kstest(w[:, 2], "uniform", args=(-1, 2)).pvalue > 1e-3
    assert np.abs(np.corrcoef(w.T)[2, :2]).max() < 0.03


@pytest.mark.parametrize("rho, hole", DIALS)
def test_the_inverse_leads_back(rho, hole):
    faces, z = IdealFaces(rho, hole), codes(500)
    np.testing.assert_allclose(faces.inverse(faces.mapping(z)), z, atol=1e-4)


@pytest.mark.parametrize("factor", range(3))
def test_each_factor_grows_with_its_own_number(factor):
    z = np.repeat(codes(1), 50, axis=0)
    z[:, factor] = np.linspace(-3, 3, 50)
    assert (np.diff(IdealFaces(0.5, 0.9).mapping(z)[:, factor]) > 0).all()


def test_a_hole_of_all_leaves_no_face():
    w = IdealFaces(hole=1.0).mapping(codes(20_000))
    assert not (w[:, :2] > 1e-6).all(axis=1).any()


def test_a_missing_face_has_the_nearest_code_that_is_there():
    faces = IdealFaces(hole=1.0)
    np.testing.assert_allclose(faces.mapping(faces.inverse([[0.5, 0.7, 0.1]])), [[0.5, 0.0, 0.1]], atol=1e-6)


def test_faces_are_those_of_the_drawing_and_hair_between_two_colours_is_a_blend():
    faces = IdealFaces(resolution=16)
    images = faces.synthesis(faces.broadcast([[-1, 0.4, 0.5], [0, 0.4, 0.5], [1, 0.4, 0.5]]))
    factors = dict.fromkeys(COLUMNS, 0.0) | {"skin": 0.3, "smile": 0.4, "yaw": 20.0}
    ends = [draw_faces(np.array([*(factors | {"hair_colour": colour}).values()]), 16) for colour in (0, 3)]
    np.testing.assert_array_equal(images[[0, 2]], to_unit_range(np.concatenate(ends)))  # the freckles too
    np.testing.assert_allclose(images[1], images[[0, 2]].mean(axis=0), atol=1e-6)


def test_a_picture_comes_straight_from_z():
    faces, z = IdealFaces(0.3, 0.3, resolution=16), codes(2)
    np.testing.assert_array_equal(faces(z), faces.synthesis(faces.broadcast(faces.mapping(z))))


def test_attributes_are_certain():
    np.testing.assert_array_equal(attributes([[-0.1, 0.2, 0.9], [0.3, -0.4, -1]]), [[0, 1, 1], [1, 0, 0]])


@pytest.mark.parametrize("dials", [dict(rho=1.0), dict(rho=-1.2), dict(hole=1.1), dict(hole=-0.1)])
def test_dials_out_of_range_are_named(dials):
    with pytest.raises(ValueError, match="must be -1 < rho < 1 and 0 to 1"):
        IdealFaces(**dials)
