"""Every refused value is refused before the work, and an empty or cut off list is no list."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import stylegan_tf as sg
from stylegan_tf import StyleGAN
from stylegan_tf.cli.main import main
from stylegan_tf.editing.attributes import Attributes


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("L", (32, 32)).save("a.png")


@pytest.fixture
def no_work(monkeypatch):
    """No network is built, no data are opened, no judge is loaded."""

    def work(*args, **kwargs):
        pytest.fail("the work began")

    monkeypatch.setattr(StyleGAN, "__init__", work)
    monkeypatch.setattr(sg.data, "open_dataset", work)
    monkeypatch.setattr("stylegan_tf.runs.train.open_dataset", work)
    monkeypatch.setattr("stylegan_tf.ablation.plan.judge_of", work)
    monkeypatch.setattr("stylegan_tf.metrics.evaluation.judge_of", work)


def code_of(arguments):
    try:
        return main(arguments)
    except SystemExit as stop:
        return stop.code


BAD = {
    # numbers
    "kimg 0": ["train", "--kimg", "0", "--out", "x"],
    "kimg nan": ["train", "--kimg", "nan", "--out", "x"],
    "minutes 0": ["train", "--minutes", "0", "--out", "x"],
    "minutes inf": ["demo", "--minutes", "inf"],
    "demo kimg 0": ["demo", "--kimg", "0"],
    "ablation kimg 0": ["ablation", "--kimg", "0", "--out", "x"],
    "plan kimg 0": ["plan", "--kimg", "0"],
    "gpus 0": ["train", "--gpus", "0", "--out", "x"],
    "whole superscript": ["train", "--gpus", "\N{SUPERSCRIPT TWO}", "--out", "x"],
    "psi nan": ["generate", "mnist32", "--psi", "nan"],
    "psi inf": ["generate", "mnist32", "--psi", "inf"],
    "cutoff below 0": ["generate", "mnist32", "--cutoff=-1"],
    "scale 0": ["generate", "mnist32", "--scale", "0"],
    "seed below 0": ["evaluate", "mnist32", "--seed=-1"],
    "seed of project": ["project", "mnist32", "a.png", "--seed=-1"],
    "seed of demo": ["demo", "--seed=-1"],
    "seed of train": ["train", "--seed=-1", "--out", "x"],
    "samples 0": ["evaluate", "mnist32", "--samples", "0"],
    "samples of pr": ["evaluate", "mnist32", "--metrics", "fid,pr", "--samples", "5"],
    "samples of ls": ["evaluate", "mnist32", "--metrics", "ls", "--samples", "3"],
    "samples of floors": ["evaluate", "mnist32", "--metrics", "fid", "--samples", "3", "--floors"],
    "steps 0": ["project", "mnist32", "a.png", "--steps", "0"],
    "resolution of records": ["records", "digits", "x", "--resolution", "33"],
    # names
    "metric": ["evaluate", "mnist32", "--metrics", "fid,FID"],
    "metric of ablation": ["ablation", "--metrics", "pr", "--out", "x"],
    "data set": ["evaluate", "mnist32", "--dataset", "cats"],
    "data set of records": ["records", "cats", "x"],
    "picture": ["project", "mnist32", "a.png", "nothing.png"],
    "folder as picture": ["project", "mnist32", "."],
    "pickle": ["import", "nothing.pkl", "x"],
    "projection": ["edit", "mnist32", "--attribute", "slant", "--projected", "nothing.npz"],
    "method with hold": ["edit", "mnist32", "--attribute", "slant", "--method", "svm", "--hold", "ink"],
    "method without": ["edit", "mnist32", "--attribute", "slant", "--method", "balanced"],
    "data folder": ["train", "--data-dir", "a.png", "--out", "x"],
    # lists that are empty or cut off
    "seeds empty": ["generate", "mnist32", "--seeds", ""],
    "seeds cut off": ["generate", "mnist32", "--seeds", "1,"],
    "seeds of edit": ["edit", "mnist32", "--attribute", "slant", "--seeds", ""],
    "seeds of ablation": ["ablation", "--seeds", "", "--out", "x"],
    "metrics empty": ["evaluate", "mnist32", "--metrics", ""],
    "metrics cut off": ["evaluate", "mnist32", "--metrics", "fid,"],
    "metrics of ablation empty": ["ablation", "--metrics", "", "--out", "x"],
    "latents empty": ["ablation", "--test-latents", "", "--out", "x"],
    "latents cut off": ["ablation", "--test-latents", "2,", "--out", "x"],
    "configs empty": ["ablation", "--configs", "", "--out", "x"],
    "configs cut off": ["ablation", "--configs", "A,", "--out", "x"],
    "mixing empty": ["ablation", "--mixing", "", "--out", "x"],
    "mixing cut off": ["ablation", "--mixing", "0,", "--out", "x"],
    "depth empty": ["ablation", "--depth", "", "--out", "x"],
    "depth cut off": ["ablation", "--depth", "1,", "--out", "x"],
    "layers empty": ["edit", "mnist32", "--attribute", "slant", "--layers", ""],
    "layers cut off": ["edit", "mnist32", "--attribute", "slant", "--layers", "1-"],
    "hold empty": ["edit", "mnist32", "--attribute", "slant", "--hold", ""],
    "hold cut off": ["edit", "mnist32", "--attribute", "slant", "--hold", "ink,"],
    "strengths empty": ["edit", "mnist32", "--attribute", "slant", "--strengths", ""],
    "strengths cut off": ["edit", "mnist32", "--attribute", "slant", "--strengths", "1,"],
    "devices cut off": ["train", "--devices", "cpu:0,", "--out", "x"],
    "data set empty": ["evaluate", "mnist32", "--dataset", ""],
    "data set of edit empty": ["edit", "mnist32", "--attribute", "slant", "--dataset", ""],
    "model empty": ["generate", ""],
    "run empty": ["info", ""],
    "preset empty": ["info", "--preset", ""],
    "projection empty": ["edit", "mnist32", "--attribute", "slant", "--projected", ""],
    "start empty": ["train", "--init", "", "--out", "x"],
    "data folder empty": ["train", "--data-dir", "", "--out", "x"],
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_refused_before_the_work(name, no_work, capsys):
    assert code_of(BAD[name]) == 2
    assert capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["a.png"]


@pytest.mark.parametrize(
    "options, message",
    [
        (["--attribute", "beauty"], "there is no attribute 'beauty'; choose from slant, "),
        (["--attribute", "slant", "--hold", "ink,beauty"], "there is no attribute 'beauty'"),
        (["--attribute", "slant", "--layers", "0-8"], "this network has layers 0 to 7"),
    ],
)
def test_what_only_the_run_can_tell_is_refused_before_images_are_drawn(options, message, monkeypatch, capsys):
    monkeypatch.setattr(Attributes, "__init__", lambda *args, **kwargs: pytest.fail("images are drawn"))
    assert main(["edit", "mnist32", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:.* samples cannot fill the covariance")
@pytest.mark.parametrize("metric, samples", [("fid", 2), ("kid", 2), ("pr", 6), ("ppl", 2)])
def test_the_least_number_of_samples_can_be_measured(metric, samples):
    arguments = ["evaluate", "mnist32", "--metrics", metric, "--samples", str(samples)]
    with np.errstate(all="ignore"):
        assert main(arguments) == 0
