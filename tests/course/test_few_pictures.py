"""The runs on few pictures that lesson 18 shows are those of the table, and a file keeps what it was given."""

import csv

import numpy as np
import pytest
from support.repository import ROOT

from stylegan_tf.course import few_pictures
from stylegan_tf.course.few_pictures import Trial

RESULTS = ROOT / "benchmarks" / "results"


def trial(**changes):
    values = dict(
        task="digits",
        arm="ada",
        seed=1,
        numbers={"fid": 3.5},
        history=[{"kimg": 4.0, "seen_score": 0.5}, {"kimg": 8.0, "augment_p": 0.1}],
        samples=None,
    )
    return Trial(**{**values, **changes})


def test_a_file_keeps_trials_with_and_without_samples(tmp_path, monkeypatch):
    samples = np.random.default_rng(0).integers(0, 256, (24, 32, 32, 1), dtype="uint8")
    trials = [trial(), trial(seed=0, samples=samples), trial(task="faces")]
    few_pictures.write(tmp_path / "few_pictures.npz", trials)
    monkeypatch.setattr(few_pictures, "data_file", lambda name: tmp_path / name)
    found = few_pictures.visit()
    for kept, given in zip(found, trials, strict=True):
        assert (kept.task, kept.arm, kept.seed) == (given.task, given.arm, given.seed)
        assert (kept.numbers, kept.history) == (given.numbers, given.history)
    np.testing.assert_array_equal(found[1].samples, samples)
    assert found[0].samples is None


def test_an_arm_has_its_seeds_in_order():
    trials = [trial(seed=2), trial(seed=0), trial(arm="none"), trial(seed=1, task="faces")]
    assert [found.seed for found in few_pictures.of(trials, "digits", "ada")] == [0, 2]


def test_an_arm_that_nobody_trained_is_refused_with_those_that_are_there():
    with pytest.raises(ValueError, match="choose from ada, none"):
        few_pictures.of([trial(), trial(arm="none")], "digits", "fixed")


def test_the_shipped_trials_are_the_rows_of_the_table():
    with (RESULTS / "few_pictures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    shipped = few_pictures.visit()
    assert [(t.task, t.arm, str(t.seed)) for t in shipped] == [(r["task"], r["arm"], r["seed"]) for r in rows]
    for kept, row in zip(shipped, rows, strict=True):
        for name, value in kept.numbers.items():
            assert value == float(row[name])
        assert kept.history[-1]["kimg"] == pytest.approx(float(row["kimg"]), abs=0.1)
        assert (RESULTS / "sheets" / row["sheet"]).exists()
        if kept.seed == 0:
            assert kept.samples.shape[:3] == (24, 32, 32)
