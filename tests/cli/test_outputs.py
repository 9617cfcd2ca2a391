"""Where a command may write: a bad place is refused with one sentence, before any work."""

import argparse
import errno
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.tiny import TINY

import stylegan_tf as sg
from stylegan_tf import Run, StyleGAN
from stylegan_tf.cli import outputs
from stylegan_tf.cli.main import main, parser

FILES = {  # command -> its arguments up to the file that it writes, and a name that it accepts
    "generate": (["generate", "mnist32", "--out"], "x.png"),
    "evaluate": (["evaluate", "mnist32", "--out"], "x.json"),
    "edit": (["edit", "mnist32", "--attribute", "slant", "--out"], "x.png"),
    "info": (["info", "--preset", "mnist32", "--cheat-sheet"], "x.svg"),
    "doctor": (["doctor", "photos", "--sheet"], "x.png"),
    "import": (["import", "x.pkl"], "x.npz"),
}
FOLDERS = {
    "train": ["train", "--out"],
    "try": ["try", "photos", "--out"],
    "demo": ["demo", "--out"],
    "ablation": ["ablation", "--out"],
    "project": ["project", "mnist32", "a.png", "--out"],
    "records": ["records", "digits"],
    "lab": ["lab", "--copy-only"],
    "import": ["import", "x.pkl"],
    "evaluate": ["evaluate", "mnist32", "--cache"],
}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A folder to be in, with a pickle and a picture; building a network there fails the test."""

    def build(*args, **kwargs):
        pytest.fail("the work began")

    monkeypatch.chdir(tmp_path)
    Path("x.pkl").write_bytes(b"x")
    Image.new("L", (32, 32)).save("a.png")
    Path("a_file").write_text("x")
    monkeypatch.setattr(StyleGAN, "__init__", build)
    return tmp_path


def refused(arguments, message, capsys):
    """The command ends with exit code 2 and one sentence that has the message; it writes nothing."""
    before = sorted(Path().rglob("*"))
    assert main([*map(str, arguments)]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert sorted(Path().rglob("*")) == before


def test_every_output_of_every_command_is_of_a_checked_type():
    subparsers = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    written = ("out", "sheet", "cheat_sheet", "cache", "folder")
    found = {}
    for command, own in subparsers.choices.items():
        for action in own._actions:
            if action.dest in written:
                found[command, action.dest] = getattr(action.type, "__module__", None)
    assert set(found.values()) == {outputs.__name__}
    assert {command for command, _ in found} == {*FILES, *FOLDERS}


@pytest.mark.parametrize("command", FILES)
def test_a_file_must_end_as_what_is_written(command, capsys):
    arguments, _ = FILES[command]
    wrong = "x.keras" if command == "import" else "x.xyz"
    message = "ends in .keras" if command == "import" else "x.xyz does not end in ."
    refused([*arguments, wrong], message, capsys)


@pytest.mark.parametrize("command", FILES)
def test_a_file_cannot_lie_below_a_file(command, capsys):
    arguments, name = FILES[command]
    refused([*arguments, f"a_file/deep/{name}"], "a_file is a file", capsys)


@pytest.mark.parametrize("command", FILES)
def test_a_folder_is_no_file_to_write(command, capsys):
    arguments, name = FILES[command]
    Path(name).mkdir()
    refused([*arguments, name], f"{name} is a folder", capsys)


@pytest.mark.parametrize("command", FILES)
def test_a_run_keeps_its_own_files(command, capsys):
    arguments, name = FILES[command]
    Run("run").describe(TINY)
    refused([*arguments, f"run/samples/{name}"], "is kept by the run", capsys)


def test_the_scores_do_not_replace_the_config_of_the_run(capsys):
    Run("run").describe(TINY, dataset="digits")
    refused(["evaluate", "run", "--out", "run/config.json"], "is kept by the run", capsys)


@pytest.mark.parametrize("command", FOLDERS)
def test_a_folder_cannot_have_the_place_of_a_file(command, capsys):
    refused([*FOLDERS[command], "a_file"], "a_file is a file", capsys)


@pytest.mark.parametrize("command", FOLDERS)
def test_a_folder_cannot_lie_below_a_file(command, capsys):
    refused([*FOLDERS[command], "a_file/deep"], "a_file is a file", capsys)


@pytest.mark.parametrize("command", FOLDERS)
def test_a_folder_does_not_end_as_a_file(command, capsys):
    refused([*FOLDERS[command], "x.keras"], "leave .keras out", capsys)


@pytest.mark.parametrize("arguments", [FILES["generate"][0], FOLDERS["train"]])
def test_an_empty_name_is_no_place(arguments, capsys):
    refused([*arguments, ""], "empty name", capsys)


@pytest.mark.parametrize("arguments", [[*FILES["evaluate"][0], "x.json"], [*FOLDERS["train"], "x"]])
def test_a_disk_that_takes_no_files_is_found_before_the_work(arguments, monkeypatch, capsys):
    def read_only(dir):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(outputs.tempfile, "TemporaryFile", read_only)
    refused(arguments, "takes no files (Read-only file system)", capsys)


def test_the_figure_next_to_the_scores_is_checked_too(capsys):
    Path("scores.png").mkdir()
    refused(["evaluate", "mnist32", "--out", "scores.json"], "scores.png is a folder", capsys)


def test_a_projection_does_not_replace_a_picture_that_it_reads(capsys):
    Path("found").mkdir()
    Image.new("L", (32, 32)).save("found/projection.png")
    refused(["project", "mnist32", "found/projection.png", "--out", "found"], "is read too", capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--dataset", "folder:photos", "--out", "photos"],
        ["train", "--dataset", "folder:photos", "--out", "photos/run"],
        ["ablation", "--dataset", "folder:photos", "--out", "photos/table"],
        ["doctor", "photos", "--sheet", "photos/sheet.png"],
    ],
)
def test_pictures_are_not_written_among_those_that_are_read(arguments, capsys):
    Path("photos").mkdir()
    refused(arguments, "read", capsys)


def test_records_are_not_added_to_a_folder_that_holds_files(monkeypatch, capsys):
    monkeypatch.setattr(sg.data, "open_dataset", lambda *args, **kwargs: pytest.fail("the data were opened"))
    Path("full").mkdir()
    Path("full/x").touch()
    refused(["records", "digits", "full"], "holds files already", capsys)


def test_a_folder_may_have_a_dot_in_its_name():
    assert outputs.folder_to_write("runs/v1.5") == Path("runs/v1.5")


def test_nothing_is_made_when_a_place_is_good(place):
    before = sorted(place.rglob("*"))
    outputs.file_to_write(".png")("new/deep/x.PNG")
    outputs.folder_to_write("another/deep")
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize("suffix, begins", [(".svg", b"<?xml"), (".PDF", b"%PDF"), (".png", b"\x89PNG")])
def test_the_cheat_sheet_is_of_the_format_that_its_suffix_names(suffix, begins):
    out = Path("deep") / f"page{suffix}"
    assert main(["info", "--preset", "mnist32", "--cheat-sheet", str(out)]) == 0
    assert out.read_bytes().startswith(begins)


# ---- The home folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.mark.parametrize("command", FILES)
def test_home_is_expanded_in_a_file_to_write(command, home):
    arguments, name = FILES[command]
    values = vars(parser().parse_args([*arguments, f"~/{name}"])).values()
    assert home / name in values


@pytest.mark.parametrize("command", FOLDERS)
def test_home_is_expanded_in_a_folder_to_write(command, home):
    values = vars(parser().parse_args([*FOLDERS[command], "~/x"])).values()
    assert home / "x" in values


@pytest.mark.parametrize(
    "arguments, name",
    [
        (["generate"], "x.npz"),
        (["figures"], "run"),
        (["info"], "run"),
        (["doctor"], "photos"),
        (["playground"], "x.keras"),
        (["project", "mnist32"], "a.png"),
        (["edit", "mnist32", "--attribute", "slant", "--projected"], "projection.npz"),
        (["train", "--out", "x", "--data-dir"], "data"),
    ],
)
def test_home_is_expanded_in_what_is_read(arguments, name, home):
    (home / name).write_text("x") if "." in name else (home / name).mkdir()
    values = vars(parser().parse_args([*arguments, f"~/{name}"])).values()
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    assert str(home / name) in map(str, flat)


def test_the_library_expands_home_in_what_it_writes_and_opens(home, monkeypatch):
    run = Run("~/run")
    run.describe(TINY, dataset="digits")
    run.write_sample(Image.new("L", (8, 8)), "a.png")
    statistics = sg.metrics.Statistics().update(np.random.default_rng(0).random((4, 3)))
    statistics.save("~/statistics.npz")
    assert json.loads((home / "run/config.json").read_text())["dataset"] == "digits"
    assert (home / "run/samples/a.png").exists()
    assert sg.metrics.Statistics.load("~/statistics.npz").count == 4
    with pytest.raises(FileNotFoundError, match=str(home)):
        sg.load("~/nothing.npz")
    assert not Path("~").exists()
