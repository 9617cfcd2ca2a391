import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from stylegan_tf import data
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics.moments import digit_moments

FINE = 16  # drawn that much larger, then averaged: edges are exact greys


def stroke(width, length, tilt=0.0, side=32):
    """uint8 (1, side, side, 1): a bar of width x length pixels, ``tilt`` degrees to the right of upright."""
    canvas = Image.new("L", (side * FINE, side * FINE))
    along = np.array([np.sin(np.radians(tilt)), -np.cos(np.radians(tilt))]) * length / 2
    across = np.array([along[1], -along[0]]) / length * width
    corners = [along + across, along - across, -along - across, -along + across]
    ImageDraw.Draw(canvas).polygon([tuple((c + side / 2) * FINE) for c in corners], fill=255)
    return np.asarray(canvas.reduce(FINE))[None, ..., None]


def shear(images, factor):
    """Lean digits (N, 32, 32, 1) to the right by ``factor`` pixels per row, about the middle row."""
    middle = images.shape[1] / 2
    matrix = (1, factor, -factor * middle, 0, 1, 0)
    pictures = [
        Image.fromarray(i[..., 0]).transform(
            (32, 32), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
        )
        for i in images
    ]
    return np.stack([np.asarray(p) for p in pictures])[..., None]


@pytest.fixture(scope="module")
def digits():
    return data.load_digits().images[:200]


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
def test_thickness_of_a_bar_along_the_pixels_is_the_formula(width):
    image = np.zeros((1, 32, 32, 1), "uint8")
    image[:, 4:28, 10 : 10 + width] = 255
    corners = 4 * (1 - np.sqrt(0.5))  # the perimeter takes each corner as a slope
    assert digit_moments(image)["thickness"][0] == pytest.approx(
        2 * width * 24 / (2 * (width + 24) - corners), rel=1e-6
    )


@pytest.mark.parametrize("tilt", [0, 20, 45, -35, 70])
@pytest.mark.parametrize("width", [2, 3, 4.5])
def test_thickness_of_a_drawn_stroke_is_its_width(width, tilt):
    """The ends take width / length off; greys at the edges are worth a few per cent."""
    thickness = digit_moments(stroke(width, 24, tilt))["thickness"][0]
    assert thickness == pytest.approx(width / (1 + width / 24), rel=0.07)


def test_thickness_does_not_change_where_ink_is_fainter():
    bold = stroke(3, 20).astype("float32") / 127.5 - 1
    faint = 0.6 * (bold + 1) - 1
    assert digit_moments(faint)["thickness"][0] == pytest.approx(
        digit_moments(bold)["thickness"][0], rel=0.03
    )


def test_dilation_makes_every_digit_thicker_and_erosion_thinner(digits):
    def filtered(kind):
        return np.stack([np.asarray(Image.fromarray(d[..., 0]).filter(kind)) for d in digits])[..., None]

    thin, plain, thick = (
        digit_moments(images)["thickness"]
        for images in (filtered(ImageFilter.MinFilter(3)), digits, filtered(ImageFilter.MaxFilter(3)))
    )
    assert (thick > plain + 0.5).all()
    left = np.isfinite(thin)  # erosion leaves nothing of the thinnest digits
    assert left.mean() > 0.8 and (thin < plain)[left].all()


@pytest.mark.parametrize("tilt", [0, 15, -25, 40])
def test_slant_of_a_thin_stroke_is_its_tilt(tilt):
    assert digit_moments(stroke(1.5, 24, tilt))["slant"][0] == pytest.approx(tilt, abs=0.6)


@pytest.mark.parametrize("factor", [0.2, -0.3])
def test_shear_adds_its_tangent_to_the_slant_of_real_digits(digits, factor):
    before, after = (
        np.tan(np.radians(digit_moments(images)["slant"])) for images in (digits, shear(digits, factor))
    )
    np.testing.assert_allclose(after - before, factor, atol=0.035)
    assert (after - before).mean() == pytest.approx(factor, abs=0.01)


def test_shear_leaves_height_and_upright_width_alone(digits):
    before, after = digit_moments(digits), digit_moments(shear(digits, 0.3))
    for name in ("height", "width"):
        np.testing.assert_allclose(
            after[name], before[name], atol=0.4
        )  # pixels: shearing in whole pixels blurs


def test_sides_of_a_box_are_its_pixels():
    image = np.zeros((1, 32, 32, 1), "uint8")
    image[:, 6:26, 10:21] = 255
    found = digit_moments(image)
    # n points at whole steps have the variance (n^2 - 1) / 12
    assert found["height"][0] == pytest.approx(np.sqrt(20**2 - 1))
    assert found["width"][0] == pytest.approx(np.sqrt(11**2 - 1))
    assert found["ink"][0] == pytest.approx(20 * 11 / 1024)
    assert found["slant"][0] == pytest.approx(0, abs=1e-9)


def test_bytes_and_floats_tell_the_same(digits):
    as_bytes, as_floats = digit_moments(digits), digit_moments(to_unit_range(digits))
    for name in as_bytes:
        np.testing.assert_allclose(as_bytes[name], as_floats[name], rtol=1e-5)


def test_a_picture_without_ink_has_no_moments_and_does_not_disturb_others(digits):
    found = digit_moments(np.concatenate([digits[:1], 0 * digits[:1]]))
    for name in ("slant", "thickness", "height", "width"):
        assert np.isnan(found[name]).tolist() == [False, True]
    assert found["ink"][1] == 0


def test_colour_pictures_are_told():
    with pytest.raises(ValueError, match="need"):
        digit_moments(np.zeros((2, 32, 32, 3)))
