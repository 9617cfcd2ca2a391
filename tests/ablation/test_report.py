import re

import numpy as np
import pytest

from stylegan_tf.ablation import comparison
from stylegan_tf.ablation.figure import ablation_figure
from stylegan_tf.ablation.report import groups, markdown, metrics_of, summarize
from stylegan_tf.ablation.variants import PAPER

ASKED = dict(preset="mnist32", dataset="digits", kimg=60.0, minutes=None, samples=10_000, pairs=5_000)
ABOUT = {
    "asked": {**ASKED, "set": {"noise": True}, "set_for": {"A": {"learning_rate": 0.003}}},
    "commands": ["stylegan-tf x"],
}


def row(variant, seed, fid, w=None, kimg=60.0):
    found = dict(variant=variant, seed=seed, kimg=kimg, minutes=5.0, parameters=1000)
    found |= {"FID": fid, "FID error": 0.1, "PPL z full": 200.0 + seed, "PPL z full error": 5.0}
    return found | ({} if w is None else {"PPL w full": w, "PPL w full error": 3.0})


ROWS = [
    row("depth=8", 0, 21.0, 140.0), row("F", 0, 20.0, 150.0), row("B", 0, 60.0), row("E", 0, 20.5, 120.0),
    row("B", 1, 61.0), row("E", 1, 21.5, 118.0), row("F", 1, 21.4, 149.0), row("depth=2", 0, 19.0, 133.0),
    row("A", 0, 80.0), row("A", 1, 82.0), row("mixing=0.5", 0, 20.0, 130.0),
]  # fmt: skip


def cells(text, name):
    """The cells of the one line of a table that begins with a name."""
    (found,) = re.findall(rf"^\| {re.escape(name)} \| (.*) \|$", text, re.MULTILINE)
    return found.split(" | ")


def test_lines_are_in_the_papers_order_whatever_the_order_of_the_runs():
    found = {group: [line.name for line in lines] for group, lines in groups(ROWS).items()}
    assert found == {
        "configuration": ["A", "B", "E", "F"],
        "mixing": ["mixing=0.5"],
        "depth": ["depth=2", "depth=8"],
    }


def test_the_table_has_means_and_errors_over_seeds():
    found, _ = summarize(ROWS, groups(ROWS)["configuration"], "FID")
    assert found["F"].values == (20.0, 21.4) and found["F"].mean == pytest.approx(20.7)
    what, seeds, parameters, fid, z, w, minutes, paper = cells(markdown(ROWS, ABOUT), "F")
    assert (what, seeds, parameters, minutes, paper) == (
        "+ mixing regularisation",
        "2",
        "1,000",
        "5.0",
        "4.40",
    )
    assert (
        fid == comparison.with_error(20.7, found["F"].error)
        and w.startswith("149.5 ± ")
        and z.startswith("200.5 ± ")
    )
    assert cells(markdown(ROWS, ABOUT), "A")[5] == ""


def test_differences_within_the_error_are_called_so():
    text, lines = markdown(ROWS, ABOUT), groups(ROWS)["configuration"]
    found, degrees = summarize(ROWS, lines, "FID")
    assert cells(text, "F against E")[0] == str(comparison.compare(found["E"], found["F"], degrees))
    assert cells(text, "F against E")[0].startswith("−0.3 ± ") and cells(text, "F against E")[0].endswith(
        "too close to call"
    )
    assert cells(text, "E against B")[0].endswith(": less") and cells(text, "F against A")[0].endswith(
        ": less"
    )
    assert (
        cells(text, "B against A")[2] == ""
        and "FID, PPL z full: 4 degrees of freedom, so ± is 2.78 standard errors" in text
    )
    assert "With 1 to 2 seeds a line the errors are themselves rough" in text


def test_lines_of_one_seed_get_no_verdict():
    rows = [r for r in ROWS if r["seed"] == 0]
    text = markdown(rows, ABOUT)
    assert cells(text, "F against E")[0] == "−0.500: one seed, no verdict" and cells(text, "F")[3] == "20.0"
    assert "One seed each" in text


def test_what_was_equal_and_what_was_changed_is_said():
    text = markdown(ROWS, ABOUT)
    assert (
        "Equal images: each run saw 60 kimg." in text
        and "10,000 images and 5,000 pairs of path length a run" in text
    )
    assert "Changed in all: noise = True." in text and "Changed for A: learning_rate = 0.003." in text
    uneven = [*ROWS, row("D", 0, 30.0, 100.0, kimg=41.5)]
    assert "did not see equally many images: 41.5 to 60 kimg" in markdown(uneven, ABOUT)
    timed = {**ABOUT, "asked": {**ABOUT["asked"], "kimg": None, "minutes": 5.0}}
    assert (
        "Equal time, not equal images: each run trained for 5 minutes and saw 41.5 to 60 kimg."
        in markdown(uneven, timed)
    )


def test_a_run_that_failed_is_named_and_not_in_the_mean():
    failed = dict(
        variant="F", seed=2, kimg=3.0, minutes=1.0, parameters=1000, failed="gradients were not finite"
    )
    text = markdown([*ROWS, failed], ABOUT)
    assert "F seed 2 failed: gradients were not finite." in text
    assert (
        cells(text, "F")[1] == "2 of 3"
        and cells(text, "F")[3].startswith("20.7")
        and "each run saw 60 kimg" in text
    )


def test_the_figure_has_every_run_its_mean_and_the_papers_own_panel():
    figure = ablation_figure(ROWS, ABOUT)
    panels = np.array(figure.axes).reshape(3, 4)
    titles = [axes.get_title() for axes in panels[0]]
    assert titles[:3] == ["FID", "Path length in z", "Path length in w"] and "another scale" in titles[3]
    fid, paper = panels[0, 0], panels[0, 3]
    runs = sorted(y for line in fid.lines if line.get_marker() == "o" for y in line.get_ydata())
    assert runs == [20.0, 20.5, 21.4, 21.5, 60.0, 61.0, 80.0, 82.0]
    dashes = [
        line.get_ydata()[0]
        for line in fid.lines
        if line.get_marker() in ("None", "") and len(line.get_ydata()) == 2
    ]
    assert dashes == pytest.approx([81.0, 60.5, 21.0, 20.7])
    assert [bar.get_height() for bar in paper.patches] == [PAPER[name] for name in "ABEF"]
    assert [text.get_text() for text in panels[0, 2].texts] == ["no w", "no w"]


def test_errors_are_not_taken_for_numbers():
    assert metrics_of(ROWS) == ["FID", "PPL z full", "PPL w full"]
