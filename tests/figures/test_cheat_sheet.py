import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from stylegan_tf import ABLATIONS, preset
from stylegan_tf.cli.main import main
from stylegan_tf.figures.cheat_sheet import cheat_sheet


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_page_has_the_published_sizes_of_1024():
    """Parameters, maps and layers as docs/exactness.md has them, written here by hand."""
    found = texts(cheat_sheet(preset("ffhq1024")))
    assert "G 26,219,627, D 23,087,249" in found
    assert {"1024x1024", "16, 17", "2 x 16", "dense 512, leaky ReLU", "8 times:\n8x8 to\n1024x1024"} <= set(
        found
    )
    assert (
        found.count("AdaIN") == 5
    )  # four in the picture, one formula: two layers at 4x4, two in the repeated block


def test_no_text_runs_into_another():
    figure = cheat_sheet(preset("ffhq1024"))
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    page = figure.bbox
    assert all(
        page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1 for box in boxes
    )
    clashes = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert not clashes


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_a_network_that_the_page_does_not_show_is_refused(name):
    with pytest.raises(ValueError, match="configurations D to F"):
        cheat_sheet(preset("mnist32").replace(**ABLATIONS[name]))


def test_info_draws_the_page(tmp_path, capsys):
    assert main(["info", "--preset", "mnist32", "--cheat-sheet", str(tmp_path / "deep" / "page.png")]) == 0
    with Image.open(tmp_path / "deep" / "page.png") as picture:
        assert picture.width > picture.height > 900
    assert main(["info", "--cheat-sheet", str(tmp_path / "page.png")]) == 2
    assert "name a run or a --preset" in capsys.readouterr().err
