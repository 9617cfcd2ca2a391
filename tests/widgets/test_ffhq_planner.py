"""The planner's pictures show the plan's numbers; its widget draws what its controls say."""

import importlib
import io

import pytest
from PIL import Image

from stylegan_tf import preset
from stylegan_tf.planning import plan as planning

# A function of the widget's name hides its module in the package.
planner = importlib.import_module("stylegan_tf.widgets.ffhq_planner")


def bars(axes):
    return [[bar.get_height() for bar in container] for container in axes.containers]


def test_the_bars_are_the_plan():
    plan = planner.ffhq_plan(256, gpus=4, batch=None, gpu_memory=24)
    memory, days = planner.plan_picture(plan).axes
    assert [sum(heights) for heights in zip(*bars(memory), strict=True)] == pytest.approx(
        [s.memory / 1e9 for s in plan.stages]
    )
    assert bars(days)[0] == [s.days for s in plan.stages]


def test_a_stage_that_does_not_fit_is_marked_and_no_other():
    plan = planner.ffhq_plan(1024, gpus=8, batch=None, gpu_memory=11)
    figure = planner.plan_picture(plan)
    marks = [text.get_position()[0] for text in figure.axes[0].texts]
    assert marks == [i for i, stage in enumerate(plan.stages) if not stage.fits] == [7]
    assert "if it fitted" in figure.get_suptitle()


def test_a_plan_of_the_widget_is_that_of_the_preset():
    plan = planner.ffhq_plan(512, gpus=2, batch=8, gpu_memory=16)
    assert plan == planning.plan(preset("ffhq512"), 2, 16e9, 8)


def test_a_strip_has_a_row_for_each_plan():
    plans = {name: planner.ffhq_plan(64, gpus, None, 8) for name, gpus in {"one": 1, "two": 2}.items()}
    figure = planner.plan_strip(plans)
    assert [part.get_suptitle().partition(":")[0] for part in figure.subfigs] == ["one", "two"]
    assert len(figure.axes) == 4


def test_the_widget_redraws_for_every_choice():
    panel = planner.ffhq_planner(resolution=64, gpus=1)
    shown = [panel.picture.value]
    for name, value in (("resolution", 128), ("gpus", 8), ("batch", 16), ("gpu_memory", 8)):
        panel.controls[name].value = value
        shown.append(panel.picture.value)
    assert len(set(shown)) == 5
    assert Image.open(io.BytesIO(shown[-1])).width > 600


@pytest.mark.parametrize(("days", "text"), [(2.04, "2.0 d"), (0.5, "12.0 h"), (0.01, "14 min")])
def test_times_are_in_the_unit_that_reads_best(days, text):
    assert planner._short(days) == text
