import csv

import numpy as np
import pytest

from stylegan_tf import ABLATIONS, Config, Generator, Run, StyleGAN, load, preset
from stylegan_tf.ablation import plan
from stylegan_tf.ablation.table import Table, judge_run, lacks
from stylegan_tf.ablation.variants import named, variants
from stylegan_tf.cli.main import main
from stylegan_tf.data import Images, load_digits
from stylegan_tf.metrics import evaluation
from stylegan_tf.metrics.evaluation import Judge
from stylegan_tf.planning import cost
from stylegan_tf.runs import train
from stylegan_tf.runs.checkpoints import read_checkpoint
from stylegan_tf.training import loop

SETTINGS = [
    "--set=resolution=8", "--set=fmap_base=32", "--set=fmap_max=8", "--set=batch_size=8", "--set=progressive=false",
    "--set=r1_gamma=0",  # without second derivatives the graphs are soon traced
    '--set=tick_kimg={"8":0.05}', "--samples", "60", "--pairs", "20", "--kimg", "0.1",
]  # fmt: skip


def features(images):
    images = np.asarray(images, "float32")
    return images.reshape(len(images), 2, 4, 2, 4).mean(axis=(2, 4)).reshape(-1, 4)


def squares(a, b):
    return ((a - b) ** 2).mean(axis=(1, 2, 3))


JUDGE = Judge(
    8,
    1,
    "quarters",
    features,
    "squares",
    squares,
    ("left", "right"),
    lambda x: 1 / (1 + np.exp(-features(x)[:, :2])),
)
SMALL = Images(
    load_digits().images[:200].reshape(200, 8, 4, 8, 4, 1).mean(axis=(2, 4)).astype("uint8"),
    name="small digits",
)


@pytest.fixture(scope="module", autouse=True)
def _small_digits():
    """Digits of 8x8 and a judge of them, so that a run takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "open_dataset", lambda *args, **kwargs: SMALL)
        patch.setattr(train, "open_dataset", lambda *args, **kwargs: SMALL)
        patch.setattr(plan, "judge_of", lambda name: JUDGE)
        patch.setattr(train, "has_tensorboard", lambda: False)
        yield


def ablate(out, *arguments):
    return main(["ablation", *SETTINGS, "--out", str(out), *arguments])


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("ablation")
    assert ablate(out, "--configs", "B,E", "--seeds", "3", "--test-latents", "2") == 0
    return out


# What is asked for


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, ["A", "B", "C", "D", "E", "F"]),
        ({"configs": "A,C-D,F,C"}, ["A", "C", "D", "F"]),
        ({"mixing": "0,0.5,0.9,1"}, ["mixing=0", "mixing=0.5", "mixing=0.9", "mixing=1"]),
        ({"configs": "F", "depth": "0,8"}, ["F", "depth=0", "depth=8"]),
    ],
)
def test_lines_are_read_from_their_options(given, names):
    found = variants(**given)
    assert [variant.name for variant in found] == names
    assert [named(name) for name in names] == found


def test_lines_change_what_the_paper_changed():
    assert named("C").changes == ABLATIONS["C"]
    assert named("mixing=0.5").changes == {"mixing_probability": 0.5} and named("depth=2").changes == {
        "mapping_layers": 2
    }


def test_a_line_is_its_changes_on_top_of_the_preset(done):
    config, base = Run(done / "B-seed3").config, preset("mnist32")
    assert (config.blur, config.styles, config.mapping_layers, config.mixing_probability) == (
        True,
        False,
        0,
        0,
    )
    assert (config.learning_rate, config.z_dim) == (base.learning_rate, base.z_dim) and config.seed == 3


BAD = {
    "letter": (["--configs", "A-G"], "--configs A-G has 'A-G'; give letters from A to F"),
    "backwards": (["--configs", "F-A"], "--configs F-A has 'F-A'"),
    "empty": (["--configs", ""], "--configs  has ''"),
    "probability": (["--mixing", "0,90"], "--mixing 0,90 has '90'; give numbers from 0 to 1"),
    "depth": (["--depth", "0.5"], "--depth 0.5 has '0.5'; give whole numbers from 0 to 8"),
    "metric": (["--metrics", "fid,is"], "--metrics fid,is has 'is'; choose from fid, ppl, ls"),
    "latents": (["--test-latents", "2,9"], "--test-latents 2,9: 4 layers take 1 to 4"),
    "one of none": (["--set-for", "A-B", "learning_rate=1"], "no line of an ablation is named 'A-B'"),
    "field": (["--set-for", "A", "rate=1"], "Config has no field 'rate'"),
    "data": (["--dataset", "cats"], "no data set 'cats'"),
    "no table": (["--report-only"], "holds no ablation"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_get_one_sentence_before_anything_is_trained(name, tmp_path, capsys):
    arguments, message = BAD[name]
    assert ablate(tmp_path / "x", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1 and not (tmp_path / "x").exists()


def test_a_judge_of_other_images_is_told_before_training(tmp_path, monkeypatch, capsys):
    judge = Judge(32, 1, "x", features, "y", squares, (), features)
    monkeypatch.setattr(plan, "judge_of", lambda name: judge)
    monkeypatch.setattr(StyleGAN, "fit", lambda *args, **kwargs: pytest.fail("trained"))
    assert ablate(tmp_path, "--configs", "E") == 2
    assert "expects 32x32x1" in capsys.readouterr().err


def test_a_metric_that_the_judge_lacks_is_told_before_training(tmp_path, monkeypatch, capsys):
    """Pictures that no network knows have no path length; the advice works as printed."""

    class TrainingBegins(Exception):
        pass

    def begin(*arguments):
        raise TrainingBegins

    monkeypatch.setattr(plan, "judge_of", lambda name: Judge(8, 1, "quarters", features))
    monkeypatch.setattr(plan, "train_and_judge", begin)
    assert ablate(tmp_path, "--configs", "E", "--metrics", "fid,ppl") == 2
    assert "leave ppl out" in capsys.readouterr().err
    with pytest.raises(TrainingBegins):
        ablate(tmp_path, "--configs", "E", "--metrics", "fid")


# Rows


def test_all_rows_saw_equally_many_images(done):
    rows = Table(done).rows()
    assert [(row["variant"], row["seed"]) for row in rows] == [("B", 3), ("E", 3)]
    assert (
        {row["kimg"] for row in rows}
        == {0.104}
        == {Run(done / f"{name}-seed3").history()[-1]["kimg"] for name in "BE"}
    )
    assert "Equal images: each run saw 0.104 kimg" in (done / "ablation.md").read_text()


def test_numbers_in_w_and_of_mixed_latents_are_there_where_the_network_has_them(done):
    b, e = Table(done).rows()
    assert "PPL z full" in b and "PPL w full" not in b and "FID of 2 latents" not in b
    assert e["PPL w full"] > 0 < e["PPL w full error"] and e["FID of 2 latents"] > 0 < e["FID error"]


def test_a_row_is_what_evaluate_says_of_the_run(done):
    (e,) = [row for row in Table(done).rows() if row["variant"] == "E"]
    G = load(done / "E-seed3").ema_generator
    found = {row["metric"]: row for row in evaluation.evaluate(G, SMALL, JUDGE, ["fid"], samples=60)["rows"]}
    for name, row in found.items():
        assert e[name] == pytest.approx(row["value"], rel=1e-4), name
        assert e[f"{name} error"] == pytest.approx(row["standard_error"], rel=1e-3), name


def test_a_row_that_is_there_is_not_run_again(done, monkeypatch, capsys):
    before = (done / "ablation.csv").read_bytes()
    monkeypatch.setattr(StyleGAN, "__init__", lambda *args, **kwargs: pytest.fail("made a network"))
    assert ablate(done, "--configs", "B,E", "--seeds", "3") == 0
    assert (done / "ablation.csv").read_bytes() == before
    assert "2 of 2: E seed 3 is there already" in capsys.readouterr().out


def test_the_same_network_under_another_name_is_not_run_again(done, tmp_path, monkeypatch, capsys):
    """E mixes with probability 0."""
    monkeypatch.setattr(StyleGAN, "__init__", lambda *args, **kwargs: pytest.fail("made a network"))
    table, at = (done / "ablation.csv").read_bytes(), (done / "ablation.json").read_bytes()
    (tmp_path / "ablation.csv").write_bytes(table)
    (tmp_path / "ablation.json").write_bytes(at)
    changes = [f"--set={name}={value}" for name, value in [("mixing_probability", 0.3)]]
    assert ablate(tmp_path, *changes, "--mixing", "0", "--seeds", "3") == 2
    assert "begun with other settings (set {" in capsys.readouterr().err
    assert ablate(tmp_path, "--mixing", "0", "--seeds", "3") == 0
    *_, e, mixing = Table(tmp_path).rows()
    assert mixing == {**e, "variant": "mixing=0"}


def killed_after_one_tick(gan, images, **kwargs):
    loop.fit(gan, images, None, 1, None, None, kwargs["callbacks"], 0)
    raise KeyboardInterrupt


def test_a_killed_run_goes_on_to_the_same_row(done, tmp_path, monkeypatch, capsys):
    arguments = ("--configs", "E", "--seeds", "3", "--metrics", "fid")
    with monkeypatch.context() as patch:
        patch.setattr(StyleGAN, "fit", killed_after_one_tick)
        assert ablate(tmp_path, *arguments) == 130
    assert not Table(tmp_path).rows() and Run(tmp_path / "E-seed3").checkpoints()
    assert ablate(tmp_path, *arguments) == 0
    assert "resumed at 0.1 kimg" in capsys.readouterr().out
    (row,), (_, whole) = Table(tmp_path).rows(), Table(done).rows()
    assert {name: row[name] for name in row if name != "minutes"} == {
        name: whole[name] for name in row if name != "minutes"
    }
    first, second = (read_checkpoint(Run(out / "E-seed3").checkpoints()[-1])[1] for out in (tmp_path, done))
    assert first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


def test_a_run_of_another_command_is_refused(done, capsys):
    assert ablate(done, "--configs", "E", "--kimg", "0.2") == 2
    assert "begun with other settings (kimg 0.1)" in capsys.readouterr().err


def test_a_run_that_breaks_down_is_a_row_and_the_others_go_on(tmp_path, monkeypatch, capsys):
    def breaks(gan, images, **kwargs):
        raise FloatingPointError("the gradients were not finite")

    monkeypatch.setattr(StyleGAN, "fit", breaks)
    assert ablate(tmp_path, "--configs", "B,E", "--seeds", "3") == 0
    assert [row["failed"].partition(";")[0] for row in Table(tmp_path).rows()] == [
        "the gradients were not finite"
    ] * 2
    assert "E seed 3 failed: the gradients were not finite" in (tmp_path / "ablation.md").read_text()


def test_a_row_is_replaced_not_doubled_and_others_stay(tmp_path):
    table = Table(tmp_path)
    for row in ({"variant": "A", "seed": 0}, {"variant": "depth=2", "seed": 0}, {"variant": "A", "seed": 1}):
        table.put(row)
    table.put({"variant": "A", "seed": 0, "FID": 1.5})
    assert table.rows() == [
        {"variant": "A", "seed": 0, "FID": 1.5}, {"variant": "depth=2", "seed": 0}, {"variant": "A", "seed": 1}
    ]  # fmt: skip
    with (tmp_path / "ablation.csv").open(newline="") as file:
        assert [row["FID"] for row in csv.DictReader(file)] == ["1.5", "", ""]


def test_a_row_lacks_what_was_not_measured_yet():
    c = Config(resolution=8)
    assert lacks({"FID": 1.0}, c, ["fid", "ppl"]) and not lacks(
        {"FID": 1.0, "PPL z full": 2.0}, c, ["fid", "ppl"]
    )
    assert lacks({"FID": 1.0}, c, ["fid"], [1, 2]) and not lacks({"FID": 1.0}, c, ["fid"], [1])
    assert not lacks({"FID": 1.0}, c.replace(constant_input=False, styles=False), ["fid"], [2])
    assert not lacks({"failed": "so"}, c, ["fid"])


def test_separability_in_w_needs_a_mapping_network():
    config = Config(resolution=8, channels=1, z_dim=8, w_dim=8, mapping_layers=0, fmap_base=32, fmap_max=8)
    numbers = judge_run(Generator(config), SMALL, JUDGE, ["ls"], samples=60)
    assert "separability z" in numbers and "separability w" not in numbers


def test_a_dry_run_tells_sizes_and_time_and_makes_nothing(tmp_path, monkeypatch, capsys):
    """100 images at 10 a second are 0.2 minutes."""
    monkeypatch.setattr(plan, "measure_speed", lambda *args, **kwargs: {8: 10.0})
    assert ablate(tmp_path / "x", "--configs", "A,E", "--seeds", "0-3", "--dry-run") == 0
    printed = capsys.readouterr().out
    config = preset("mnist32").replace(resolution=8, fmap_base=32, fmap_max=8, **ABLATIONS["E"])
    (line,) = [line for line in printed.splitlines() if line.startswith("E ")]
    assert f"{cost.parameters(config)['generator']:,}" in line and "0.2 min a run" in line
    assert "8 runs: 2 lines" in printed and not (tmp_path / "x").exists()


def test_a_dry_run_counts_the_runs_that_are_still_to_train(done, monkeypatch, capsys):
    """E is there, mixing=0 is E, and F and mixing=0.9 are one network: one run of 100 images is left, 10,000
    seconds of them.
    """
    monkeypatch.setattr(plan, "measure_speed", lambda *args, **kwargs: {8: 0.01})
    assert ablate(done, "--configs", "E,F", "--mixing", "0,0.9", "--seeds", "3", "--dry-run") == 0
    printed = capsys.readouterr().out
    assert "4 runs: 4 lines" in printed and "3 of them are there, or the same as another" in printed
    assert "training: about 2.8 hours" in printed
