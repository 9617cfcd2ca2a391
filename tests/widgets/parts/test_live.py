import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from stylegan_tf import widgets
from stylegan_tf.widgets.parts.live import Live, raster


def plot(places, title="steps: 10"):
    figure = Figure(figsize=(3, 2), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(0, 3), ylim=(0, 3), title=title)
    (line,) = axes.plot(places, places, "o", color="red")
    return figure, line, axes.title


def test_what_moves_is_drawn_as_in_a_new_figure():
    figure, line, title = plot([1, 2])
    live = Live(figure, [line, title])
    first = np.asarray(live.picture())
    np.testing.assert_array_equal(first, raster(plot([1, 2])[0]))
    line.set_data([2], [2])
    title.set_text("steps: 11")
    np.testing.assert_array_equal(live.picture(), raster(plot([2], "steps: 11")[0]))
    line.set_data([1, 2], [1, 2])
    title.set_text("steps: 10")
    np.testing.assert_array_equal(live.picture(), first)


def test_slow_motion_shows_what_a_new_score_surface_shows():
    """After a step of each network the picture is that of the new score and the new points, and has the
    number of steps.
    """
    at, real = {"D": 0.0, "G": 0.0}, np.zeros((1, 2))

    def step(name):
        at[name] += 0.5

    def sample():
        return np.array([[at["G"], 1.0]])

    def score(points):
        return points[:, :1] - at["D"]

    panel = widgets.gan_slow_motion(lambda: step("D"), lambda: step("G"), sample, score, real)
    for button in panel.children[0].children:
        button.click()
    assert at == {"D": 0.5, "G": 0.5}
    shown = np.asarray(Image.open(io.BytesIO(panel.picture.value)))
    expected = np.asarray(
        raster(widgets.score_surface(score, real, sample(), title="steps of D: 1, of G: 1"))
    )
    np.testing.assert_array_equal(shown, expected)
