import json
import shutil
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

from stylegan_tf import Config, Run, StyleGAN, figures
from stylegan_tf.data import load_digits
from stylegan_tf.data.part import Part
from stylegan_tf.runs import report

TINY = Config(
    resolution=8, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=32, fmap_max=8,
    start_resolution=4, total_kimg=10, fade_kimg=1, stable_kimg=2,
)  # fmt: skip
SCORES = {
    "fid": 7.436, "fid_real_halves": 0.46, "count": 10000, "shares": [0.1] * 8 + [0.153, 0.047], "entropy": 0.99,
    "confidence": 0.92, "confidence_real": 0.994, "judge_accuracy": 0.987,
}  # fmt: skip
DRAWN = SimpleNamespace(config=TINY)  # all that a report asks of a generator, where it draws no figures
VOID = {"meta", "img", "br"}
OF_DIGITS = set(report.CAPTIONS) - {"redrawn", "nearest"}


class Page(HTMLParser):
    """Tags of a page with their attributes; fails on a tag that is not closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


def describe(run, dataset="digits"):
    run.describe(
        TINY, dataset=dataset, command="/some/where/bin/stylegan-tf train --dataset digits", minutes=None
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run with everything a report shows, not trained."""
    run = Run(tmp_path_factory.mktemp("run"))
    describe(run)
    rows = [
        {"kimg": kimg, "resolution": r, "alpha": 1.0, "seconds": 60 * kimg, "d_loss": 1.3, "g_loss": 0.8, "real_score": 0.1,
         "fake_score": -0.1, "penalty": 0.2, "w_std": 0.7, "images_per_second": 50.0} for kimg, r in ((2, 4), (6, 8), (10, 8))
    ]  # fmt: skip
    run.write_history(rows)
    (run.path / "samples").mkdir()
    for row in rows:
        images = np.random.default_rng(0).integers(
            0, 256, (64, row["resolution"], row["resolution"], 1), dtype="uint8"
        )
        name = f"{row['kimg']:010.3f}_{row['resolution']}x{row['resolution']}.png"
        figures.grid(images, 8, scale=8 // row["resolution"]).save(run.path / "samples" / name)
    gan = StyleGAN(TINY)
    gan.compile()
    run.save(gan, rows)
    return run


@pytest.fixture(scope="module")
def page(run):
    return Page(report.write_report(run.path, SCORES).read_text())


@pytest.fixture
def no_figures(monkeypatch):
    monkeypatch.setattr(report, "write_figures", lambda run, generator, neighbours: [])


def test_page_stands_alone(page):
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("title") and page.all("meta")[1]["name"] == "viewport"
    assert not page.all("script") and not page.all("link") and not page.all("iframe")
    assert all(name not in attrs for _, attrs in page.tags for name in ("href", "srcset", "action"))
    assert all(attrs["src"].startswith("data:image/png;base64,") for attrs in page.all("img"))
    style = page.text[page.text.index(":root") : page.text.index(".facts")]
    assert "prefers-color-scheme: dark" in style and "url(" not in style and "@import" not in style


def test_every_picture_has_a_size_and_an_alternative_text(page):
    assert len(page.all("img")) == len(OF_DIGITS)
    assert all(
        len(attrs["alt"]) > 10 and int(attrs["width"]) > 0 and int(attrs["height"]) > 0
        for attrs in page.all("img")
    )


def test_every_figure_is_a_file_too(run, page):
    assert {file.name for file in (run.path / "figures").iterdir()} == {f"{name}.png" for name in OF_DIGITS}


def test_page_tells_scores_settings_and_machine(page):
    for text in (
        "7.44",
        "10,000 generated",
        "0.46",
        "class 9 with 4.7 %",
        "0.994",
        "judge accuracy",
        "0.987",
    ):
        assert text in page.text
    for text in (
        "10,000 pictures shown",
        "10.0 minutes",
        "mapping_layers",
        "TensorFlow",
        "processor cores",
        "R1 gamma",
    ):
        assert text in page.text
    assert "\nstylegan-tf train --dataset digits" in page.text.replace("By this command:", "")
    assert "/some/where" not in page.text


@pytest.mark.parametrize(("count", "is_enough"), [(140, True), (100, False)])
def test_pictures_that_nobody_judged_are_compared_with_real_ones(run, no_figures, tmp_path, count, is_enough):
    """FID and KID next to those between halves of the real pictures, if these are enough."""
    copy = tmp_path / "run"
    shutil.copytree(run.path, copy)
    (copy / "scores.json").unlink(missing_ok=True)
    data = Part(load_digits(), np.arange(count))
    text = Page(report.write_report(copy, data=data).read_text()).text
    assert ("FID of real against real" in text) == is_enough
    assert ("KID of real against real" in text) == is_enough
    assert (f"Distance of {count // 2} generated pictures" in text) == is_enough
    assert ("in the features of the untrained VGG16" in text) == is_enough
    assert ("Not measured in this run" in text) != is_enough


def test_scores_are_kept_for_the_next_report(run, page, no_figures):
    assert json.loads((run.path / "scores.json").read_text()) == SCORES
    page = report.write_report(run.path, generator=DRAWN).read_text()
    assert "FID 7.44 (real against real 0.46)" in page


def test_a_run_that_still_grows_says_so(run, no_figures):
    smaller = SimpleNamespace(config=SimpleNamespace(resolution=4))
    text = "still growing: drawn at 4x4"
    assert text in report.write_report(run.path, generator=smaller).read_text()
    assert text not in report.write_report(run.path, generator=DRAWN).read_text()


@pytest.mark.parametrize(
    ("progressive", "sizes"), [(True, "from 4x4 pixels up to 8x8"), (False, "at 8x8 pixels")]
)
def test_the_page_says_which_sizes_were_trained(tmp_path, no_figures, progressive, sizes):
    config = TINY.replace(progressive=progressive)
    Run(tmp_path).describe(config, dataset="digits", command="stylegan-tf train", minutes=None)
    assert sizes in Page(report.write_report(tmp_path, generator=DRAWN).read_text()).text


def test_a_run_that_has_just_begun(tmp_path, no_figures):
    describe(Run(tmp_path), dataset="<b>&")
    page = Page(report.write_report(tmp_path, generator=DRAWN).read_text())
    assert "Not measured" in page.text and "<b>&" in page.text
    assert not page.all("b")


def test_figures_that_lack_their_data_are_left_out(tmp_path, monkeypatch):
    describe(Run(tmp_path))
    for name in ("uncurated_sheet", "mixing_grid", "truncation_strip", "noise_figure"):
        monkeypatch.setattr(figures, name, lambda *args, **kwargs: figures.grid(np.zeros((1, 8, 8, 1))))
    files = report.write_figures(Run(tmp_path), generator=None)
    assert {file.stem for file in files} == {"uncurated", "mixing", "truncation", "noise", "schedule"}


def test_no_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="not a run"):
        report.write_report(tmp_path)


def test_a_run_of_toy_faces_shows_them_drawn_again(tmp_path):
    """Pairs where the faces are large enough to be read; a run of other pictures has none."""
    faces = TINY.replace(resolution=32, channels=3)
    run = Run(tmp_path)
    for dataset, config, drawn in (("toyfaces:count=50", faces, True), ("digits", faces, False)):
        run.describe(config, dataset=dataset, command="stylegan-tf train", minutes=None)
        picture = report._picture("redrawn", run, StyleGAN(config).ema_generator)
        assert (picture is not None) == drawn
    describe(run, "toyfaces")
    assert report._picture("redrawn", run, StyleGAN(TINY.replace(channels=3)).ema_generator) is None
