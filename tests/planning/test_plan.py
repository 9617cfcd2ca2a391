"""Plans: what is counted against the published times, a traced step, a stage that is trained; and the
command.
"""

import argparse

import pytest
from support.traced import multiply_adds, operations_of_a_step

from stylegan_tf import Config, official_batch_sizes, preset
from stylegan_tf.cli.arguments import gigabytes
from stylegan_tf.cli.main import main
from stylegan_tf.planning import cost, memory
from stylegan_tf.planning import plan as planning

TINY = Config(
    resolution=16, channels=1, z_dim=16, w_dim=16, mapping_width=16, mapping_layers=2, fmap_base=64, fmap_max=16, batch_size=8
)  # fmt: skip


@pytest.mark.parametrize(("resolution", "gpus"), planning.PUBLISHED)
def test_the_fit_explains_every_published_time(resolution, gpus):
    days = planning.plan(preset(f"ffhq{resolution}"), gpus).days
    assert days == pytest.approx(planning.PUBLISHED[resolution, gpus] / 24, rel=0.06)


@pytest.mark.parametrize("left_out", [256, 512, 1024])
def test_times_of_a_resolution_follow_from_those_of_the_others(left_out):
    speed = planning.fit({key: hours for key, hours in planning.PUBLISHED.items() if key[0] != left_out})
    for gpus in (1, 2, 4, 8):
        days = planning.plan(preset(f"ffhq{left_out}"), gpus, throughput=speed).days
        assert days == pytest.approx(planning.PUBLISHED[left_out, gpus] / 24, rel=0.10)


def test_the_fit_finds_the_speeds_that_times_were_made_with():
    truth = planning.Throughput(rate=5e12, bandwidth=3e10, overhead=0.05)
    keys = [(256, 1), (256, 4), (512, 2), (1024, 8)]
    hours = {(r, n): 24 * planning.plan(preset(f"ffhq{r}"), n, throughput=truth).days for r, n in keys}
    found = planning.fit(hours)
    assert (found.rate, found.bandwidth, found.overhead) == pytest.approx((5e12, 3e10, 0.05), rel=1e-6)


def test_times_that_no_speeds_explain_are_refused():
    with pytest.raises(ValueError, match="no speeds explain"):
        planning.fit({(256, 1): 1.0, (512, 1): 100.0, (1024, 1): 1.0, (1024, 2): 1.0})


def test_a_plan_counts_what_a_dry_trace_reports():
    config = TINY.replace(start_resolution=8)
    stage = planning.plan(config).stages[0]
    traced = 2 * sum(map(multiply_adds, operations_of_a_step(config, 8)))
    assert stage.resolution == 8 and stage.batch == 8
    assert stage.gflop_per_image * 1e9 * 8 == pytest.approx(traced, rel=1e-9)


def test_the_lazy_penalty_counts_for_its_share():
    every, lazy = TINY.replace(r1_every=1), TINY.replace(r1_every=4)
    assert (
        cost.step_flops(lazy, 16, r1=False) < planning.turn_flops(lazy, 16) < planning.turn_flops(every, 16)
    )


def test_images_of_all_stages_are_those_of_the_schedule():
    plan = planning.plan(preset("ffhq1024"), gpus=8)
    assert sum(stage.kimg for stage in plan.stages) == 25_000
    assert [stage.kimg for stage in plan.stages] == [600] + 6 * [1200] + [17_200]
    assert plan.stages[-1].parameters < sum(cost.parameters(preset("ffhq1024"))[n] for n in cost.NETWORKS)


@pytest.mark.parametrize("gpus", [1, 2, 4, 8])
def test_the_presets_take_the_official_batches_of_so_many_gpus(gpus):
    plan = planning.plan(preset("ffhq512"), gpus)
    assert {s.resolution: s.batch for s in plan.stages} == {
        r: official_batch_sizes(gpus)[r] for r in (8, 16, 32, 64, 128, 256, 512)
    }
    assert all(s.batch == gpus * s.batch_per_gpu for s in plan.stages)


def test_the_largest_batch_fits_and_a_group_more_does_not():
    config, bytes_ = preset("ffhq256"), 24e9
    for r in (64, 128, 256):
        found = planning.largest_batch(config, r, bytes_)
        room = planning.USABLE * (bytes_ - planning.RESERVE) - memory.weights(config)
        assert found % 4 == 0
        assert found * memory.activations(config, r) <= room < (found + 4) * memory.activations(config, r)


def test_below_a_group_every_number_is_a_batch():
    config = preset("ffhq1024")
    enough_for_three = (
        planning.RESERVE + (memory.weights(config) + 3.1 * memory.activations(config, 1024)) / planning.USABLE
    )
    assert planning.largest_batch(config, 1024, enough_for_three) == 3
    assert planning.largest_batch(config, 1024, 2e9) == 0


def test_twice_the_speed_takes_half_the_days():
    slow, fast = (planning.plan(preset("ffhq64"), throughput=planning.given(t)).days for t in (5.0, 10.0))
    assert slow == pytest.approx(2 * fast)


def test_the_penalty_of_wgan_gp_is_counted_in_every_step():
    config = TINY.replace(loss="wgan-gp", r1_every=8)
    assert planning.turn_flops(config, 8) == cost.step_flops(config, 8, r1=True)


@pytest.mark.parametrize(
    "changes", [{}, dict(label_dim=3), dict(mbstd_group=1), dict(start_resolution=16, batch_size=24)]
)
def test_a_speed_that_is_measured_is_that_of_steps(changes, monkeypatch):
    monkeypatch.setattr(planning, "measure_speed", lambda gan, data, seconds: {8: 100.0})
    config = TINY.replace(**changes)
    assert planning.measured(config, resolution=8).rate == pytest.approx(100 * cost.step_flops(config, 8))


def test_this_machine_is_measured():
    speed = planning.measured(TINY, resolution=8, budget=0.2)
    assert 1e6 < speed.rate < 1e15 and "measured here at 8x8" in speed.source


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(gpus=0), "gpus is 0"),
        (dict(batch=0), "batch is 0"),
        (dict(gpus=3), "8 images, which 3 GPUs can't share"),
        (dict(batch=6, gpus=2), "gets 6 images at 4x4; give a multiple of mbstd_group = 4"),
    ],
)
def test_plans_that_can_not_be_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        planning.plan(TINY, **arguments)


def test_the_command_prints_parameters_plan_and_published_times(capsys):
    assert main("plan --preset ffhq256 --gpus 4 --gpu-memory 24GB".split()) == 0
    printed = capsys.readouterr().out
    assert "26,086,229" in printed and "on 4 GPUs" in printed and "4 GPUs 4.9 (5.1)" in printed


def test_the_command_fails_where_memory_does(capsys):
    assert main("plan --preset ffhq1024 --gpus 8 --gpu-memory 8GB --tflops 10".split()) == 1
    assert "1024x1024 holds 2 of 4" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["24", "24GB", "24.0 gb", "24000MB"])
def test_memory_is_read_with_its_unit(text):
    assert gigabytes(text) == 24e9
    assert gigabytes("24GiB") == 24 * 2**30


@pytest.mark.parametrize("text", ["GB", "24TB", "-3GB", "0GB"])
def test_memory_without_sense_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is not like 24GB"):
        gigabytes(text)
