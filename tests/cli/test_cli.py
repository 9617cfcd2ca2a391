import json
import os
import pickle

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from support.helpers import GOLDEN, weights
from support.tiny import TRAIN_8

from stylegan_tf import Run, StyleGAN, latents, load, official, official_batch_sizes, pretrained
from stylegan_tf.cli.arguments import model, parse_settings
from stylegan_tf.cli.common import dataset_of, parse_seeds
from stylegan_tf.cli.main import main, parser
from stylegan_tf.cli.train import config_of
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.figures import paper
from stylegan_tf.training import loop, time_box

TRAIN = [*TRAIN_8, "--kimg", "0.3"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "x"
    assert main([*TRAIN, "--out", str(out)]) == 0
    return out


def test_train_leaves_a_complete_run(run):
    folder = Run(run)
    assert folder.history()[-1]["kimg"] >= 0.3
    assert len(folder.sample_files()) == len(folder.history())
    assert folder.config.resolution == 8 and folder.info["dataset"] == "digits"
    assert 0 < folder.history()[-1]["z_share"] <= 1
    assert list((run / "tensorboard").iterdir())


def test_samples_are_eight_by_eight_at_full_size(run):
    assert {np.asarray(Image.open(f)).shape for f in Run(run).sample_files()} == {(64, 64)}


def test_a_run_is_not_overwritten(run, capsys):
    assert main([*TRAIN, "--out", str(run)]) == 2
    assert "--resume" in capsys.readouterr().err


def test_resume_wants_the_same_command(run, capsys):
    assert main([*TRAIN, "--out", str(run), "--resume", "--seed", "3"]) == 2
    assert "other settings (seed)" in capsys.readouterr().err


def test_resume_of_a_run_made_before_a_field_existed(run):
    """Its config.json lacks the field; the default is what it was made with."""
    info = json.loads((run / "config.json").read_text())
    whole = json.dumps(info)
    for part in ("asked", "config"):
        del info[part]["decay_kimg"]
    (run / "config.json").write_text(json.dumps(info))
    assert main([*TRAIN, "--out", str(run), "--resume"]) == 0
    (run / "config.json").write_text(whole)


def test_a_killed_time_box_keeps_its_plan(tmp_path, monkeypatch, capsys):
    """Killed before its first report, it is resumed without measuring again; other minutes are refused."""
    out = tmp_path / "boxed"
    arguments = [a for a in TRAIN if a not in ("--kimg", "0.3")] + [
        "--out",
        str(out),
        "--resume",
        "--minutes",
    ]

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(time_box, "measure_speed", lambda *args, **kwargs: {4: 100.0, 8: 50.0})
        patch.setattr(StyleGAN, "fit", killed)
        assert main([*arguments, "0.75"]) == 130
    planned = Run(out).config
    assert planned.total_kimg != 205 and len(Run(out).checkpoints()) == 1
    assert main([*arguments, "0.5"]) == 2
    assert "other settings (minutes)" in capsys.readouterr().err
    monkeypatch.setattr(time_box, "measure_speed", lambda *args, **kwargs: pytest.fail("measured again"))
    monkeypatch.setattr(StyleGAN, "fit", lambda self, *args, **kwargs: fit_a_tick(self, *args, **kwargs))
    assert main([*arguments, "0.75"]) == 0
    assert Run(out).config == planned and len(Run(out).history()) == 1


def fit_a_tick(gan, data, **kwargs):
    return loop.fit(gan, data, None, 1, None, None, kwargs["callbacks"], 0)


def test_a_growing_run_draws_what_it_has_learned(run, tmp_path, monkeypatch, capsys):
    out, sheet = tmp_path / "growing", tmp_path / "sheet.png"
    monkeypatch.setattr(StyleGAN, "fit", lambda self, *args, **kwargs: fit_a_tick(self, *args, **kwargs))
    long = ["--set", 'stage_kimg={"4":[0,0.2],"8":[0.05,0.05]}', "--set", "total_kimg=0.3"]
    assert main([*TRAIN, *long, "--out", str(out)]) == 0
    assert main(["generate", str(out), "--seeds", "0-3", "--scale", "1", "--out", str(sheet)]) == 0
    with Image.open(sheet) as picture:
        assert picture.size == (8, 8)  # two by two of 4x4
    assert "still growing, at 4x4 (alpha 1.00) of 8x8" in capsys.readouterr().out
    assert main(["figures", str(out)]) == 2
    assert "only 4x4 has been trained" in capsys.readouterr().err


def test_resume_of_a_finished_run_adds_nothing(run):
    before = Run(run).history()
    assert main([*TRAIN, "--out", str(run), "--resume"]) == 0
    assert Run(run).history() == before


def test_generate_writes_the_sheet_of_the_seeds(run, tmp_path):
    sheets = []
    for seeds in ("0-5", "3"):
        out = tmp_path / f"{seeds}.png"
        assert main(["generate", str(run), "--seeds", seeds, "--out", str(out), "--scale", "1"]) == 0
        sheets.append(np.asarray(Image.open(out)))
    assert sheets[0].shape == (16, 24)
    difference = sheets[0][8:16, 0:8].astype(int) - sheets[1]
    assert (
        np.abs(difference).max() <= 1
    )  # a level: the sum of a convolution depends in its last bit on the batch


def test_a_shipped_model_has_a_name_for_every_command(tmp_path, monkeypatch):
    """A run of that name comes first. What it learned from is known."""
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "mnist32", "--seeds", "3", "--scale", "1", "--out", "three.png"]) == 0
    image = to_uint8(np.asarray(pretrained("mnist32")(latents.from_seeds([3], 64), noise="fixed")))[
        0, :, :, 0
    ]
    assert np.abs(np.asarray(Image.open("three.png")).astype(int) - image).max() <= 1
    assert dataset_of(model("mnist32")) == "digits"
    (tmp_path / "mnist32").mkdir()
    assert model("mnist32") == "mnist32"
    with pytest.raises(ValueError, match="no shipped model 'mnist'; choose from mnist32, "):
        pretrained("mnist")


def test_info_tells_the_settings(run, capsys):
    assert main(["info", str(run)]) == 0
    assert "fmap_max = 8" in capsys.readouterr().out
    assert main(["info"]) == 0
    assert "ffhq1024" in capsys.readouterr().out


def test_dry_run_prints_the_plan_and_makes_nothing(tmp_path, capsys):
    out = tmp_path / "x"
    assert main(["train", "--preset", "ffhq1024", "--out", str(out), "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "26,219,627" in printed and "1024x1024" in printed and not out.exists()


def test_gpus_choose_the_official_batch_sizes_and_the_memory_of_one(tmp_path, capsys):
    memory = []
    for gpus in ("1", "8"):
        assert (
            main(["train", "--preset", "ffhq256", "--out", str(tmp_path / "x"), "--dry-run", "--gpus", gpus])
            == 0
        )
        memory.append(capsys.readouterr().out.splitlines()[-1])
    assert memory[0].startswith("256x256: batch 8,") and memory[1].startswith("256x256: batch 32,")
    assert float(memory[0].split()[-4]) > float(memory[1].split()[-4])  # 8 images at a time, and 4


def test_a_run_keeps_its_batch_sizes_on_another_number_of_gpus(tmp_path):
    run, command = (
        Run(tmp_path),
        ["train", "--preset", "ffhq64", "--out", str(tmp_path), "--resume", "--gpus"],
    )
    begun = config_of(parser().parse_args([*command, "2"]), run, 2)
    assert begun.batch_sizes == official_batch_sizes(2)
    run.describe(begun)
    assert config_of(parser().parse_args([*command, "8"]), run, 8) == begun


def test_a_lost_worker_is_told_in_one_sentence(tmp_path, monkeypatch, capsys):
    def lost(*args, **kwargs):
        raise tf.errors.UnavailableError(None, None, "Collective ops is aborted by: Connection reset by peer")

    monkeypatch.setattr(StyleGAN, "fit", lost)
    assert main([*TRAIN, "--out", str(tmp_path / "x")]) == 1
    assert (
        "a worker was lost; start all of them again with the same commands and --resume"
        in capsys.readouterr().err
    )


BAD = {
    "unknown preset": (["train", "--preset", "mnist", "--out", "X"], "no preset 'mnist'"),
    "unknown field": (["train", "--set", "batchsize=3", "--out", "X"], "did you mean 'batch_size'"),
    "bad value": (["train", "--set", "resolution=33", "--out", "X"], "resolution is 33"),
    "bad type": (["train", "--set", "seed=abc", "--out", "X"], "seed is 'abc'"),
    "no equals": (["train", "--set", "seed", "--out", "X"], "write field=value"),
    "unknown data": (["train", "--dataset", "cats", "--out", "X"], "no data set 'cats'"),
    "no place": (["train", "--dataset", "tfrecords:", "--out", "X"], "no data set 'tfrecords:'"),
    "unknown data, dry": (
        ["train", "--dataset", "tfsd:mnist", "--dry-run", "--out", "X"],
        "no data set 'tfsd:mnist'",
    ),
    "channels": (["train", "--set", "channels=3", "--out", "X"], "expects 3"),
    "too large": (
        ["train", "--set", "resolution=64", "--set", "total_kimg=206", "--out", "X"],
        "side 32; this model expects 64",
    ),
    "too few images": (["train", "--kimg", "0.0001", "--out", "X"], "the schedule has no images for 4x4"),
    "too short": (
        ["train", "--minutes", "10", "--set", "total_kimg=20", "--out", "X"],
        "the schedule has no images for 16x16",
    ),
    "too many GPUs": (["train", "--gpus", "64", "--out", "X"], "gpus is 64; TensorFlow sees"),
    "no table": (
        ["train", "--preset", "ffhq64", "--gpus", "3", "--dry-run", "--out", "X"],
        "the official tables exist for",
    ),
    "no run": (["generate", "X"], "X is not a run"),
    "seeds": (["generate", "RUN", "--seeds", "a-b"], "--seeds a-b is not like"),
    "no preset info": (["info", "--preset", "x"], "no preset 'x'"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_get_one_sentence_and_exit_code_2(name, run, tmp_path, capsys):
    arguments, message = BAD[name]
    places = {"X": str(tmp_path / "X"), "RUN": str(run)}
    assert main([places.get(a, a) for a in arguments]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1 and not (tmp_path / "X").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--minutes", "-1", "--out", "X"],
        ["train"],
        ["nonsense"],
        ["train", "--kimg", "x", "--out", "X"],
    ],
)
def test_unreadable_arguments_exit_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_unprepared_tfds_set_is_not_downloaded(tmp_path, capsys):
    arguments = [
        "train",
        "--dataset",
        "tfds:mnist",
        "--data-dir",
        str(tmp_path),
        "--out",
        str(tmp_path / "x"),
    ]
    assert main(arguments) == 2
    assert "--download" in capsys.readouterr().err


def test_every_command_has_help_with_an_example(capsys):
    commands = "train generate figures evaluate info project edit records doctor demo lab ablation"
    for command in commands.split():
        with pytest.raises(SystemExit) as stop:
            main([command, "--help"])
        assert stop.value.code == 0 and f"example: stylegan-tf {command}" in " ".join(
            capsys.readouterr().out.split()
        )


def test_settings_are_read_as_json_where_they_are():
    pairs = ["mixing_probability=0", "blur=false", "fused_kernels=auto", 'stage_kimg={"4": [0, 1]}']
    expected = {"mixing_probability": 0, "blur": False, "fused_kernels": "auto", "stage_kimg": {"4": [0, 1]}}
    assert parse_settings(pairs) == expected == json.loads(json.dumps(expected))


def test_seeds_are_ranges_and_lists():
    assert parse_seeds("0-3,7") == [0, 1, 2, 3, 7]


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """A run made of the golden official pickle."""
    out = tmp_path_factory.mktemp("imported") / "run"
    assert main(["import", str(GOLDEN / "official_tiny_nosrc.pkl"), str(out)]) == 0
    return out


@pytest.mark.parametrize("suffix", ["", ".npz"])
def test_import_keeps_every_value_of_the_three_networks(imported, tmp_path, suffix):
    out = imported
    if suffix:
        assert main(["import", str(GOLDEN / "official_tiny_nosrc.pkl"), str(out := tmp_path / "x.npz")]) == 0
    gan = load(out)
    for network, name in ((gan.generator, "G"), (gan.discriminator, "D"), (gan.ema_generator, "Gs")):
        theirs = weights("official", name)
        for entry in official.entries(network):
            np.testing.assert_array_equal(entry.to_official(entry.variable), theirs[entry.name])


def test_an_imported_network_is_taught_on(imported):
    """To other pictures, from the last phase of the schedule."""
    theirs = load(imported)
    ours = StyleGAN(theirs.config.replace(seed=9, batch_sizes={}))
    ours.compile()
    ours.start_from(theirs)
    assert ours.progress.images == ours.schedule.phases[-1].start
    z = latents.from_official_seeds([5], ours.config.z_dim)
    np.testing.assert_array_equal(ours(z, noise="fixed"), theirs(z, noise="fixed"))


def test_import_overwrites_nothing(imported, capsys):
    assert main(["import", str(GOLDEN / "official_tiny_nosrc.pkl"), str(imported)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_import_of_another_file_is_one_sentence(tmp_path, capsys):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(os.system))
    assert main(["import", str(tmp_path / "x.pkl"), str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert ".system' is refused" in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_pictures_of_an_imported_network_are_the_official_ones_in_both_formats(imported, tmp_path):
    """Stored noise and truncation as the official default; nothing is lost in the file."""
    gan = load(imported)
    z = latents.from_seeds([3], gan.config.z_dim)
    expected = to_uint8(gan.ema_generator(z, psi=0.7, cutoff=8, noise="fixed"))[0]
    for suffix in (".png", ".webp"):
        out = tmp_path / f"x{suffix}"
        call = [
            "generate",
            str(imported),
            "--seeds",
            "3",
            "--psi",
            "0.7",
            "--cutoff",
            "8",
            "--scale",
            "1",
            "--out",
            str(out),
        ]
        assert main(call) == 0
        with Image.open(out) as picture:
            assert picture.format == suffix[1:].upper()
            np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), expected)


def test_a_format_that_loses_pixels_is_refused_before_drawing(imported, tmp_path, capsys):
    assert main(["generate", str(imported), "--out", str(tmp_path / "x.jpg")]) == 2
    assert "does not end in .png or .webp" in capsys.readouterr().err


def test_the_papers_figures_of_any_run(imported, monkeypatch):
    """All seven, of which four differ by their seed only: one is drawn."""
    monkeypatch.setattr(paper, "NOISE_SEEDS", (1157,))
    assert main(["figures", str(imported), "--paper"]) == 0
    names = {path.name for path in (imported / "figures").iterdir()}
    drawn = ("02-uncurated", "03-mixing", "04-05-noise-seed1157", "08-truncation")
    assert names == {f"paper-{name}.png" for name in drawn}
