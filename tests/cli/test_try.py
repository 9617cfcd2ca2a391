"""From a folder to a report in one command; what it proposes, and that it asks first."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylegan_tf import Run, preset, pretrained
from stylegan_tf.cli import try_
from stylegan_tf.cli.main import main, parser
from stylegan_tf.cli.train import config_of
from stylegan_tf.data import examine
from stylegan_tf.runs.proposal import propose
from stylegan_tf.training.schedule import Schedule, scaled


def fill(folder, count, side, grey=False, seed=0):
    """Pictures of coloured squares, all different."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for i in range(count):
        pixels = rng.integers(0, 256, (4, 4, 1 if grey else 3), dtype="uint8").repeat(side // 4, 0)
        pixels = pixels.repeat(side // 4, 1)
        Image.fromarray(pixels[..., 0] if grey else pixels).save(folder / f"{i:03d}.png")
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return examine(fill(tmp_path_factory.mktemp("large"), 120, 64))


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    root = tmp_path_factory.mktemp("classes")
    for seed, name in enumerate(("cats", "dogs")):
        fill(root / name, 60, 32, seed=seed)
    return examine(root)


def reasons(proposal):
    return dict(proposal.reasons)


def test_an_hour_is_for_32_and_an_evening_for_64(large):
    hour, evening = propose(large, 60), propose(large, 180)
    assert (hour.preset, evening.preset) == ("own32", "own64")
    assert (hour.init, evening.init) == ("toyfaces32", "toyfaces64")
    assert "larger pictures need 120 minutes" in reasons(hour)["32x32"]


def test_a_start_brings_its_architecture_and_does_not_grow_again(large):
    proposal = propose(large, 60)
    config, start = proposal.config(), pretrained("toyfaces32").config
    assert not config.progressive
    assert (config.mapping_lr, config.fmap_base, config.fmap_max) == (
        start.mapping_lr,
        start.fmap_base,
        start.fmap_max,
    )
    assert config.augment == "ada" and proposal.hold_out == 12


def test_nothing_and_no_augmentation_when_that_is_asked_for(large):
    proposal = propose(large, 60, start="nothing", augment="none")
    assert proposal.init is None and proposal.config().progressive
    assert proposal.config().augment == "none"
    assert proposal.config() == preset("own32").replace(augment="none")


def test_classes_with_enough_pictures_become_labels(classes):
    proposal = propose(classes, 60)
    assert proposal.config().label_dim == 2
    assert proposal.init == "toyfaces32"  # which has none, and can be taught them
    assert propose(classes, 60, labels=False).config().label_dim == 0


def test_a_start_with_other_labels_is_refused(classes):
    with pytest.raises(
        ValueError, match="mnist32_labels has 10 labels, and the pictures 2; name a start without"
    ):
        propose(classes, 60, start="mnist32_labels")


def test_labels_without_classes_are_refused(large):
    with pytest.raises(ValueError, match="labels are asked for, and there are no classes"):
        propose(large, 60, labels=True)


def test_grey_pictures_start_from_digits(tmp_path):
    proposal = propose(examine(fill(tmp_path / "grey", 110, 32, grey=True)), 60)
    assert proposal.init == "mnist32" and proposal.config().channels == 1


def test_the_command_that_it_prints_trains_the_same(large):
    proposal = propose(large, 60)
    words = proposal.train_command("runs/x", "--kimg 270").split()[1:]
    args = parser().parse_args(words)
    assert (args.init, args.hold_out, args.dataset) == (proposal.init, proposal.hold_out, proposal.dataset)
    assert config_of(args, Run("runs/x"), 0) == scaled(proposal.config(), 270)


@pytest.mark.parametrize(("minutes", "start"), [(60, "toyfaces32"), (180, "toyfaces32")])
def test_a_start_trains_as_many_images_as_the_minutes_allow(large, monkeypatch, minutes, start):
    """At 32x32 it has all images of the run; at 64x64 those of the stages before count as shown."""
    monkeypatch.setattr(
        try_, "measure_speed", lambda gan, data: dict.fromkeys(gan.schedule.resolutions, 10.0)
    )
    proposal = propose(large, minutes, start=start)
    args = parser().parse_args(["try", str(large.listing.root), "--minutes", str(minutes)])
    config, length = try_.planned(proposal, args)
    phases = Schedule(config).phases
    first = next((phase.start for phase in phases if phase.resolution > 32), 0)
    assert phases[-1].end - first == pytest.approx(0.9 * 60 * minutes * 10, rel=0.01)
    assert length == f"--kimg {config.total_kimg:g}"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return fill(tmp_path / "photos", 110, 8)


@pytest.fixture
def quick(monkeypatch):
    """A proposal whose training takes a second."""

    def small(report, minutes, **options):
        proposal = propose(report, minutes, **options)
        proposal.preset = "mnist32"
        proposal.settings |= dict(
            resolution=8, channels=3, fmap_base=32, fmap_max=8, batch_size=8, tick_kimg={4: 0.2, 8: 0.2}, total_kimg=0.4,
            stage_kimg={4: (0, 0.1), 8: (0.1, 0.2)},
        )  # fmt: skip
        return proposal

    monkeypatch.setattr(try_, "propose", small)
    train = try_.train_run
    monkeypatch.setattr(try_, "train_run", lambda *a, **k: train(*a, **{**k, "minutes": None}))


def test_from_the_folder_to_the_report(folder, quick, capsys):
    assert main(["try", "photos", "--yes", "--minutes", "1", "--out", "run"]) == 0
    told = capsys.readouterr().out
    assert "1. stylegan-tf doctor photos" in told and "2. The proposal" in told
    rows = Run("run").history()
    assert all(np.isfinite([row["seen_score"], row["unseen_score"]]).all() for row in rows)
    assert Run("run").info["hold_out"] == 11
    page = Path("run/report.html").read_text("utf-8")
    assert "What happened, and what to change next" in page and "Does it copy?" in page


def test_the_same_command_goes_on_and_another_folder_is_refused(folder, quick, capsys, tmp_path):
    command = ["try", "photos", "--yes", "--minutes", "1", "--out", "run"]
    assert main(command) == 0
    assert main(command) == 0
    assert "it goes on as it began" in capsys.readouterr().out
    fill(tmp_path / "others", 110, 8)
    assert main(["try", "others", "--yes", "--out", "run"]) == 2
    assert "choose another --out" in capsys.readouterr().err


@pytest.mark.parametrize(("answer", "trains"), [("n", False), ("y", True), ("", True)])
def test_it_trains_if_the_answer_is_yes(folder, quick, monkeypatch, answer, trains):
    begun = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    monkeypatch.setattr(try_, "train_and_report", lambda *a: begun.append(1) or 0)
    assert main(["try", "photos", "--out", "run"]) == 0
    assert bool(begun) == trains


def test_without_a_terminal_it_says_how_to_go_on(folder, quick, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert main(["try", "photos", "--out", "run"]) == 2
    assert "add --yes to train without a question" in capsys.readouterr().err
    assert not Run("run").has_begun()


def test_too_few_pictures_end_with_the_doctor(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "few", 12, 8)
    assert main(["try", "few", "--yes", "--out", "run"]) == 1
    assert "Training can't start" in capsys.readouterr().out
