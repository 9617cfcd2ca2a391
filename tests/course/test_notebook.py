import base64
import io
from xml.etree import ElementTree

import numpy as np
import pytest
import tensorflow as tf
from IPython.core.formatters import DisplayFormatter
from matplotlib import pyplot
from PIL import Image

import stylegan_tf
from stylegan_tf import course


@pytest.mark.parametrize("name", course.PROFILES)
def test_the_variable_chooses_the_profile(name, monkeypatch):
    monkeypatch.setenv("STYLEGAN_TF_PROFILE", name)
    assert course.profile() == name
    assert course.pick(test="test", cpu="cpu", gpu="gpu") == name


@pytest.mark.parametrize("devices, expected", [([], "cpu"), (["a GPU"], "gpu")])
def test_without_the_variable_the_hardware_chooses(devices, expected, monkeypatch):
    monkeypatch.delenv("STYLEGAN_TF_PROFILE", raising=False)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: devices if kind == "GPU" else [])
    assert course.profile() == expected


def test_an_unknown_profile_is_refused(monkeypatch):
    monkeypatch.setenv("STYLEGAN_TF_PROFILE", "fast")
    with pytest.raises(ValueError, match="'fast'; choose test, cpu, gpu"):
        course.profile()


def test_gpu_takes_the_number_of_cpu_where_it_has_none(monkeypatch):
    monkeypatch.setenv("STYLEGAN_TF_PROFILE", "gpu")
    assert course.pick(test=1, cpu=2) == 2


def test_the_line_of_versions_names_what_made_the_outputs(monkeypatch):
    monkeypatch.setenv("STYLEGAN_TF_PROFILE", "test")
    assert course.versions().startswith(
        f"profile test · stylegan_tf {stylegan_tf.__version__} · TensorFlow {tf.__version__}"
    )


def test_a_png_holds_the_pixels():
    images = np.arange(2 * 8 * 8, dtype="uint8").reshape(2, 8, 8, 1)
    picture = np.asarray(Image.open(io.BytesIO(course.png(images))))
    np.testing.assert_array_equal(picture, np.hstack(images[..., 0]))


def test_the_same_figure_gives_the_same_bytes():
    def draw():
        figure, axes = pyplot.subplots()
        axes.plot([1, 2])
        content = course.png(figure)
        pyplot.close(figure)
        return content

    assert draw() == draw()


def test_a_shown_picture_carries_its_text_and_is_shown_once(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    figure, _ = pyplot.subplots()
    course.show(figure, alt="an empty plot")
    data, metadata = DisplayFormatter().format(shown[0])  # IPython 7, 8 and 9: the one that is installed
    assert metadata["image/png"] == {"alt": "an empty plot"}
    assert data["text/plain"] == "an empty plot"
    assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).format == "PNG"
    assert not pyplot.fignum_exists(figure.number)


def test_a_picture_without_a_text_is_refused():
    with pytest.raises(ValueError, match="say in a sentence"):
        course.show(Image.new("L", (4, 4)), alt=" ")


def test_a_table_is_aligned_in_a_terminal():
    table = course.Table(["layer", "FID", "images"], [["coarse", 3.217, 5000], ["4 to 7", 17.9, 20]])
    assert repr(table).splitlines() == [
        "layer     FID  images",
        "coarse   3.22   5,000",
        "4 to 7  17.90      20",
    ]


def test_a_table_in_a_page_has_the_same_cells_and_no_markup_of_its_own():
    page = course.Table(["a < b", "n"], [["x & y", 1]], digits=0)._repr_html_()
    cells = ElementTree.fromstring(page).iter()
    texts = [(cell.tag, cell.text) for cell in cells if cell.tag in ("th", "td")]
    assert texts == [("th", "a < b"), ("th", "n"), ("td", "x & y"), ("td", "1")]


def test_each_column_of_a_table_has_decimals_of_its_own():
    rows = [[np.float32(0.125), np.float64(2)]]
    assert course.Table(["a", "b"], rows, digits=[3, 0]).rows == [["0.125", "2"]]


@pytest.mark.parametrize(
    "rows, digits, message",
    [
        ([["x"]], 2, "row 0 has 1 cells; there are 2 heads"),
        ([["x", 1]], [2], "digits has 1 numbers for 2 columns"),
        ([["x", None]], 2, "a cell is of type NoneType; give a text or a number"),
    ],
)
def test_a_table_that_is_none_is_refused(rows, digits, message):
    with pytest.raises(ValueError, match=message):
        course.Table(["a", "b"], rows, digits)


def test_a_table_is_displayed_as_a_page_and_as_text():
    data, _ = DisplayFormatter().format(course.Table(["a"], [["b"]]))
    assert set(data) >= {"text/html", "text/plain"}
