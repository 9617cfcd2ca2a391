"""Labels from the command line: trained by one switch, asked for by number or by name."""

import numpy as np
import pytest
from PIL import Image
from support.tiny import TRAIN_8

from stylegan_tf import Run, latents, load
from stylegan_tf.cli.main import main
from stylegan_tf.data.names import count_classes
from stylegan_tf.data.pixels import to_uint8

SMALL = [*TRAIN_8, "--kimg", "0.1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """120 pictures of 8x8 in three folders: dark, grey and light ones."""
    root = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for level, name in ((40, "dark"), (128, "grey"), (220, "light")):
        (root / name).mkdir()
        for i in range(40):
            pixels = rng.integers(level - 30, level + 30, (8, 8, 3), dtype="uint8")
            Image.fromarray(pixels).save(root / name / f"{i}.png")
    return root


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "x"
    assert (
        main([*SMALL, "--set=channels=3", "--labels", "--dataset", f"folder:{folder}", "--out", str(out)])
        == 0
    )
    return out


def sheet(run, tmp_path, *options):
    out = tmp_path / "sheet.png"
    assert main(["generate", str(run), "--seeds", "0-5", "--scale", "1", "--out", str(out), *options]) == 0
    return np.asarray(Image.open(out)).astype(int)


def test_the_switch_makes_labels_of_the_folders(run):
    assert Run(run).config.label_dim == 3
    assert Run(run).info["classes"] == ["dark", "grey", "light"]


@pytest.mark.parametrize("label", ["1", "grey"])
def test_all_images_are_of_the_class_that_is_asked_for(run, tmp_path, label):
    gan = load(run)
    z = latents.from_seeds(range(6), gan.config.z_dim)
    one_hot = np.eye(3, dtype="float32")[[1] * 6]
    expected = to_uint8(np.asarray(gan.ema_generator(z, labels=one_hot, noise="fixed")))
    found = sheet(run, tmp_path, "--label", label)
    rows = (
        found.reshape(found.shape[0] // 8, 8, found.shape[1] // 8, 8, 3).swapaxes(1, 2).reshape(-1, 8, 8, 3)
    )
    assert np.abs(rows[:6] - expected).max() <= 1


def test_without_a_label_the_classes_come_in_turn(run, tmp_path):
    in_turn = sheet(run, tmp_path)
    second = sheet(run, tmp_path, "--label", "1")
    width = in_turn.shape[1] // 8
    for i in range(6):
        place = np.s_[8 * (i // width) : 8 * (i // width) + 8, 8 * (i % width) : 8 * (i % width) + 8]
        assert (np.abs(in_turn[place] - second[place]).max() <= 1) == (i % 3 == 1)


@pytest.mark.parametrize(
    "model, label, message",
    [
        ("run", "3", "--label 3 is no class of"),
        ("run", "blue", "choose one of dark, grey, light"),
        ("mnist32", "7", "mnist32.npz has no classes; it was trained without labels"),
    ],
)
def test_a_class_that_is_not_there_is_refused(run, tmp_path, capsys, model, label, message):
    model = str(run) if model == "run" else model
    assert main(["generate", model, "--label", label, "--out", str(tmp_path / "x.png")]) == 2
    assert message in capsys.readouterr().err


def test_a_label_outside_is_refused_before_anything_is_drawn():
    config = type("Config", (), {"label_dim": 4})
    with pytest.raises(ValueError, match="label is 4, and the network has the classes 0 to 3"):
        latents.labels_of(config, [0, 1], 4)


def test_classes_are_counted_without_decoding(folder):
    assert count_classes(f"folder:{folder}") == 3
    assert count_classes("digits") == 10


def test_data_without_classes_are_refused_with_the_reason(folder, tmp_path, capsys):
    plain = f"folder:{folder / 'dark'}"
    assert main([*SMALL, "--labels", "--dataset", plain, "--out", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert "has no classes to make labels of" in error and "no sub-folders that could be classes" in error
    assert not (tmp_path / "run").exists()
