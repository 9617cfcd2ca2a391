import io

import numpy as np
import pytest
from PIL import Image

from stylegan_tf import ABLATIONS, Config, Generator, Schedule, figures, latents
from stylegan_tf.data.pixels import to_uint8

TINY = Config(
    resolution=16, channels=3, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=2, fmap_base=64, fmap_max=8
)
SIDE = 96  # of a 16x16 image in a figure: six dots per pixel
VARIANTS = {
    "8x8, grey, labels": dict(resolution=8, channels=1, label_dim=3),
    "64x64": dict(resolution=64),
    "traditional, no noise": {**ABLATIONS["B"], "mapping_layers": 2},
}
HISTORY = [
    {
        "kimg": 4.0,
        "resolution": 8.0,
        "d_loss": 1.4,
        "g_loss": 0.7,
        "real_score": 0.1,
        "fake_score": -0.1,
        "w_std": np.nan,
    },
    {
        "kimg": 8.0,
        "resolution": 8.0,
        "d_loss": 1.2,
        "g_loss": 0.9,
        "real_score": 0.3,
        "fake_score": -0.2,
        "w_std": 0.8,
    },
    {
        "kimg": 12.0,
        "resolution": 16.0,
        "d_loss": 1.3,
        "g_loss": 0.8,
        "real_score": 0.2,
        "fake_score": -0.3,
        "w_std": 0.9,
    },
]


def make(**changes):
    """A tiny generator whose noise is not 0, as it is in a new one."""
    G = Generator(TINY.replace(**changes))
    rng = np.random.default_rng(0)
    for weight in G.weights:
        if weight.name == "strength":
            weight.assign(rng.normal(size=weight.shape) * 0.2)
        if weight.name == "w_avg":
            weight.assign(rng.normal(size=weight.shape) * 0.2)
    return G


@pytest.fixture(scope="module")
def G():
    return make()


def ws_of(G, seeds):
    return np.asarray(G.broadcast(G.mapping(latents.from_seeds(seeds, G.z_dim))))


def enlarged(image, side=SIDE):
    return image.repeat(side // len(image), axis=0).repeat(side // len(image), axis=1)


def pictures(G, ws):
    """What a figure should show of ws: uint8, stored noise, enlarged."""
    return [enlarged(image) for image in to_uint8(G.synthesis(ws, noise="fixed"))]


def assert_same_picture(actual, expected):
    """Equal but for rounding: a convolution of another batch size may differ in its last bit, and so a grey
    level by one.
    """
    np.testing.assert_allclose(actual.astype(int), expected.astype(int), rtol=0, atol=1)


def cell(figure, row, column):
    """Cut one image out of a table: its centre is where the names of its row and column stand."""
    axes = figure.axes[0]
    y, x = (
        int(ticks[i] - SIDE / 2 + 0.5) for ticks, i in ((axes.get_yticks(), row), (axes.get_xticks(), column))
    )
    return np.asarray(axes.images[0].get_array())[y : y + SIDE, x : x + SIDE]


def names(figure):
    axes = figure.axes[0]
    return [t.get_text() for t in axes.get_yticklabels()], [t.get_text() for t in axes.get_xticklabels()]


def rendered(figure, dpi=figures.DPI):
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi)
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.mark.parametrize("channels", [1, 3])
def test_grid_can_be_cut_into_its_images(channels):
    images = np.random.default_rng(0).integers(0, 256, (7, 4, 4, channels), dtype="uint8")
    picture = np.asarray(figures.grid(images, columns=3, scale=2, gap=1))
    assert picture.shape[:2] == (2 * (3 * 4 + 2), 2 * (3 * 4 + 2))
    for i, image in enumerate(images):
        y, x = 10 * (i // 3), 10 * (i % 3)
        np.testing.assert_array_equal(
            picture[y : y + 8, x : x + 8].reshape(8, 8, channels), enlarged(image, 8)
        )
    assert (picture[20:, 10:] == 255).all()


def test_sheet_shows_consecutive_seeds(G):
    sheet = np.asarray(figures.uncurated_sheet(G, rows=2, columns=3, seed=5, psi=0.5, cutoff=3))
    ws = latents.truncate(ws_of(G, range(5, 11)), G.w_avg, 0.5, 3)
    for i, image in enumerate(pictures(G, ws)):
        y, x = (SIDE + 2) * (i // 3), (SIDE + 2) * (i % 3)
        assert_same_picture(sheet[y : y + SIDE, x : x + SIDE], image)


@pytest.mark.parametrize("count", range(4, 20, 2))
def test_style_bands_cover_every_layer_once(count):
    bands = figures.style_bands(count)
    assert list(bands) == ["coarse", "middle", "fine"]
    assert [i for layers in bands.values() for i in layers] == list(range(count))
    assert all(bands.values())


def test_style_bands_are_the_papers_at_1024_and_split_32():
    assert figures.style_bands(18) == {"coarse": range(4), "middle": range(4, 8), "fine": range(8, 18)}
    assert figures.style_bands(8) == {"coarse": range(4), "middle": range(4, 6), "fine": range(6, 8)}
    with pytest.raises(ValueError, match="num_layers is 5"):
        figures.style_bands(5)


def test_mixing_grid_equals_mixing_by_hand(G):
    sources, destinations = [0, 1], [7, 8]
    figure = figures.mixing_grid(G, sources, destinations)
    rows, columns = names(figure)
    assert rows == ["source"] + 3 * ["seed 7", "seed 8"]
    assert columns == ["destination", "seed 0", "seed 1"]
    assert (cell(figure, 0, 0) == 255).all()
    a, b = ws_of(G, destinations), ws_of(G, sources)
    for j, image in enumerate(pictures(G, b)):
        assert_same_picture(cell(figure, 0, 1 + j), image)
    for band, layers in enumerate(figures.style_bands(G.config.num_layers).values()):
        for i in range(2):
            row = 1 + 2 * band + i
            assert_same_picture(cell(figure, row, 0), pictures(G, a[i : i + 1])[0])
            for j in range(2):
                mixed = latents.mix(a[i : i + 1], b[j : j + 1], layers)
                assert_same_picture(cell(figure, row, 1 + j), pictures(G, mixed)[0])


def test_mixing_grid_takes_other_bands(G):
    figure = figures.mixing_grid(G, [0, 1], [7], styles={"all": range(6)})
    assert any("layers 0 to 5" in text.get_text() for text in figure.axes[0].texts)
    for j in (1, 2):
        assert_same_picture(cell(figure, 1, j), cell(figure, 0, j))


def test_truncation_strip(G):
    seeds, psis = [3, 4, 5], (1, 0.5, 0, -1)
    figure = figures.truncation_strip(G, seeds, psis)
    rows, columns = names(figure)
    assert rows == ["seed 3", "seed 4", "seed 5"]
    assert columns == ["ψ = 1", "ψ = 0.5", "ψ = 0", "ψ = −1"]
    ws = ws_of(G, seeds)
    for j, psi in enumerate(psis):
        for i, image in enumerate(pictures(G, latents.truncate(ws, G.w_avg, psi))):
            assert_same_picture(cell(figure, i, j), image)
    for i in (1, 2):
        assert_same_picture(cell(figure, i, 2), cell(figure, 0, 2))
        assert (cell(figure, i, 0) != cell(figure, 0, 0)).any()


def test_truncation_strip_with_a_cutoff(G):
    figure = figures.truncation_strip(G, [3], (0,), cutoff=2)
    ws = latents.truncate(ws_of(G, [3]), G.w_avg, 0.0, 2)
    assert_same_picture(cell(figure, 0, 0), pictures(G, ws)[0])
    assert "first 2 layers" in figure.axes[0].get_title()


@pytest.mark.parametrize("dpi", [figures.DPI, 2 * figures.DPI])
def test_a_pixel_is_a_square_of_whole_dots(G, dpi):
    figure = figures.truncation_strip(G, [0, 1], (1, 0))
    page, canvas = rendered(figure, dpi), np.asarray(figure.axes[0].images[0].get_array())
    canvas = enlarged(canvas, len(canvas) * dpi // figures.DPI)
    left, bottom, width, height = (round(v) for v in figure.axes[0].get_window_extent().bounds)
    top = page.shape[0] * figures.DPI // dpi - bottom - height
    y, x = top * dpi // figures.DPI, left * dpi // figures.DPI
    np.testing.assert_array_equal(page[y : y + canvas.shape[0], x : x + canvas.shape[1]], canvas)


def test_large_images_are_averaged(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (8, 256, 256, 1), dtype="uint8")
    figures.grid(images, 8).save(tmp_path / "000001.000_256x256.png")
    shown = np.asarray(figures.growth(tmp_path.iterdir()).axes[0].images[0].get_array())
    means = images.reshape(8, 128, 2, 128, 2).mean(axis=(2, 4))
    np.testing.assert_array_equal(shown[:, :128], np.rint(means[0]))
    np.testing.assert_array_equal(shown[:, -128:], np.rint(means[7]))


def test_noise_list_has_two_maps_per_resolution():
    noise = latents.noise_list(TINY, np.random.default_rng(0), count=2, layers=[1, 4])
    assert [n.shape for n in noise] == [(2, r, r, 1) for r in (4, 4, 8, 8, 16, 16)]
    assert [bool(n.any()) for n in noise] == [False, True, False, False, True, False]
    same = latents.noise_list(TINY, np.random.default_rng(0), count=2)
    np.testing.assert_array_equal(noise[4], same[4])


def test_deviation_equals_numpys(G):
    noise = latents.noise_list(TINY, np.random.default_rng(6), count=5)
    images = np.clip(G.synthesis(ws_of(G, [6]).repeat(5, axis=0), noise=noise), -1, 1).astype("float64")
    expected = 127.5 * np.sqrt(images.var(axis=0).mean(axis=-1))
    assert expected.max() > 1
    np.testing.assert_allclose(figures.noise_deviation(G, seed=6, count=5), expected, atol=1e-3)


def test_no_deviation_without_noise():
    G = make()
    for weight in G.weights:
        if weight.name == "strength":
            weight.assign(np.zeros(weight.shape))
    np.testing.assert_allclose(figures.noise_deviation(G, seed=0, count=10), 0, atol=1e-4)


def test_noise_figure_shows_the_layers_it_names(G):
    figure = figures.noise_figure(G, seed=2, count=4)
    panels = {axes.get_title(): np.asarray(axes.images[0].get_array()) for axes in figure.axes}
    ws = ws_of(G, [2])

    def image(noise):
        return enlarged(to_uint8(G.synthesis(ws, noise=noise))[0], 2 * SIDE)

    assert_same_picture(panels["no noise"], image("none"))
    for title, layers in (
        ("noise below 8x8", range(2)),
        ("noise from 8x8 up", range(2, 6)),
        ("noise in all layers", range(6)),
    ):
        noise = latents.noise_list(TINY, np.random.default_rng([2, 0]), layers=layers)
        assert_same_picture(panels[title], image(noise))
    assert panels["deviation over 4 draws"].shape == (2 * SIDE, 2 * SIDE)


@pytest.fixture
def samples(tmp_path):
    """Sample pictures as training writes them: 64 images of one grey level, which tells the moment."""
    files = []
    for level, (kimg, r) in enumerate([(2, 4), (4, 4), (6, 8), (8, 8), *((k, 16) for k in range(16, 96, 8))]):
        images = np.full((64, r, r, 1), level, "uint8")
        images[:8] += 100 + np.arange(8, dtype="uint8")[:, None, None, None] * 16
        files.append(tmp_path / f"{kimg:010.3f}_{r}x{r}.png")
        figures.grid(images, 8, scale=16 // r).save(files[-1])
    return files


def test_growth_shows_each_resolution_and_the_first_row(samples):
    figure = figures.growth(samples, rows=6)
    rows, columns = names(figure)
    assert columns == [f"latent {i}" for i in range(8)]
    assert len(rows) == 6
    assert [rows[i] for i in (0, 1, 2, -1)] == [
        "4x4\n2.0 kimg",
        "4x4\n4.0 kimg",
        "8x8\n8.0 kimg",
        "16x16\n88.0 kimg",
    ]
    for row, level in ((0, 0), (1, 1), (2, 3), (5, 13)):
        for i in range(8):
            assert (cell(figure, row, i) == level + 100 + 16 * i).all()
    assert len(names(figures.growth(samples[:2]))[0]) == 2


def test_growth_names_what_it_cannot_read(samples, tmp_path):
    with pytest.raises(ValueError, match="sheet.png is no sample"):
        figures.growth([*samples, tmp_path / "sheet.png"])
    with pytest.raises(ValueError, match="no sample pictures"):
        figures.growth([])


def test_schedule_plot_draws_the_schedule():
    config = TINY.replace(total_kimg=100, fade_kimg=10, stable_kimg=20, batch_sizes={8: 64, 16: 32})
    figure = figures.schedule_plot(Schedule(config))
    lines = {axes.get_ylabel().split(" (")[0]: axes.lines[0].get_xydata().tolist() for axes in figure.axes}
    assert lines["resolution"] == [[0, 8], [20, 8], [20, 16], [30, 16], [30, 16], [100, 16]]
    assert lines["alpha"] == [[0, 1], [20, 1], [20, 0], [30, 1], [30, 1], [100, 1]]
    assert lines["images per step"] == [[0, 64], [20, 64], [20, 32], [30, 32], [30, 32], [100, 32]]
    assert {y for _, y in lines["learning rate"]} == {0.001}
    assert rendered(figure).std() > 0


@pytest.mark.parametrize("history", [HISTORY, {name: [row[name] for row in HISTORY] for name in HISTORY[0]}])
def test_curves_draw_what_the_history_has(history):
    figure = figures.curves(history)
    panels = {axes.get_title(loc="left"): axes for axes in figure.axes}
    assert len(panels) == 3
    assert panels["loss"].lines[1].get_xydata().tolist() == [[4, 0.7], [8, 0.9], [12, 0.8]]
    assert [text.get_text().strip() for text in panels["loss"].texts] == ["16x16"]
    assert rendered(figure).std() > 0


def test_curves_want_a_tick():
    with pytest.raises(ValueError, match="no rows yet"):
        figures.curves([])


@pytest.mark.parametrize("name", VARIANTS)
def test_every_generator_has_its_figures(name):
    G = make(**VARIANTS[name])
    sheet = figures.uncurated_sheet(G, rows=1, columns=4)
    assert sheet.mode == ("L" if G.config.channels == 1 else "RGB")
    figure = figures.mixing_grid(G, range(2), [5])
    assert len(figure.axes[0].texts) == 3
    page = rendered(figures.noise_figure(G, seed=0, count=3))
    assert all(
        (page[edge] == 255).all() for edge in (0, -1, (slice(None), 0), (slice(None), -1))
    )  # nothing is cut off
