import math
import re

import numpy as np
import pytest
from support.helpers import claim

from stylegan_tf import PRESETS, Config, Schedule, official_batch_sizes, preset
from stylegan_tf.training.schedule import scaled
from stylegan_tf.training.time_box import time_boxed

TINY = Config(
    resolution=32, channels=1, fmap_base=64, fmap_max=8, start_resolution=4, batch_size=8,
    fade_kimg=2, stable_kimg=3, total_kimg=20,
)  # fmt: skip


# The official numbers


@pytest.mark.parametrize("key", claim("training", "schedule/*"))
def test_schedule_equals_official(golden, key):
    resolution, gpus = map(int, re.search(r"res(\d+)_gpus(\d+)", key).groups())
    config = Config(resolution=resolution, batch_sizes=official_batch_sizes(gpus))
    schedule = Schedule(config)
    for kimg, lod, side, batch, g_rate, d_rate, tick in golden("training")[f"outputs/{key}"]:
        images = round(1000 * kimg)
        phase = schedule.phase_at(images)
        alpha = phase.alpha(images)
        assert math.log2(resolution / phase.resolution) + 1 - alpha == pytest.approx(lod, abs=1e-9)
        assert (phase.resolution, phase.batch_size) == (side, batch)
        assert phase.learning_rate == g_rate == d_rate
        assert config.tick_kimg[phase.resolution] == tick


# Properties of every schedule

SCHEDULES = {
    "tiny": TINY,
    **PRESETS,
    "official": Config(),
    "not progressive": TINY.replace(progressive=False),
    "stages": TINY.replace(stage_kimg={8: (0, 4), 16: (1, 0)}),
}


@pytest.fixture(params=SCHEDULES, ids=str)
def schedule(request):
    return Schedule(SCHEDULES[request.param])


def test_phases_follow_each_other_without_gap(schedule):
    assert schedule.phases[0].start == 0
    for before, after in zip(schedule.phases, schedule.phases[1:], strict=False):
        assert before.end == after.start
    assert all(p.end > p.start for p in schedule.phases)


def test_schedule_ends_with_the_configured_total(schedule):
    assert schedule.total_images == round(1000 * schedule.config.total_kimg)


def test_first_phase_is_stable(schedule):
    assert not schedule.phases[0].fading


def test_resolution_never_falls_and_at_most_doubles(schedule):
    sides = [p.resolution for p in schedule.phases]
    assert all(b in (a, 2 * a) for a, b in zip(sides, sides[1:], strict=False))


def test_a_resolution_fades_in_before_it_is_stable(schedule):
    for side in schedule.resolutions:
        fading = [p.fading for p in schedule.phases if p.resolution == side]
        assert fading in ([True, False], [False], [True])


def test_growth_is_monotone(schedule):
    """Resolution and alpha together, as the official lod, which never rises."""
    full = schedule.config.resolution
    images = np.unique(np.linspace(0, schedule.total_images, 4000).astype(int)).tolist()
    lods = []
    for n in images:
        phase = schedule.phase_at(n)
        assert 0 <= phase.alpha(n) <= 1
        lods.append(math.log2(full / phase.resolution) + 1 - phase.alpha(n))
    assert all(a >= b for a, b in zip(lods, lods[1:], strict=False))


# Where things happen


def test_fade_starts_just_after_the_stable_phase():
    """Stage by stage of the tiny schedule: 4x4 for 3 kimg, then 2 kimg of fading and 3 stable for each
    doubling.
    """
    schedule = Schedule(TINY)
    place = {
        n: (schedule.phase_at(n).resolution, schedule.phase_at(n).alpha(n))
        for n in (0, 3000, 3001, 4000, 5000, 5001, 8000)
    }
    assert place == {
        0: (4, 1.0), 3000: (4, 1.0), 3001: (8, 1 / 2000), 4000: (8, 0.5), 5000: (8, 1.0), 5001: (8, 1.0), 8000: (8, 1.0),
    }  # fmt: skip


def test_batch_and_rate_already_change_when_the_fade_starts():
    config = TINY.replace(batch_sizes={4: 16, 8: 4}, learning_rates={8: 0.5}, mbstd_group=4)
    schedule = Schedule(config)
    assert (schedule.phase_at(3000).batch_size, schedule.phase_at(3000).learning_rate) == (16, 0.001)
    assert (schedule.phase_at(3001).batch_size, schedule.phase_at(3001).learning_rate) == (4, 0.5)


def test_the_last_phase_goes_on_beyond_the_end():
    schedule = Schedule(TINY)
    phase = schedule.phase_at(10 * schedule.total_images)
    assert (phase.resolution, phase.alpha(10 * schedule.total_images)) == (32, 1.0)


def test_without_growing_there_is_one_stable_phase():
    (phase,) = Schedule(TINY.replace(progressive=False)).phases
    assert (phase.resolution, phase.fading, phase.end) == (32, False, 20_000)


def test_a_stage_of_its_own_length():
    phases = Schedule(TINY.replace(stage_kimg={8: (0, 4)})).phases
    assert [(p.resolution, p.fading, p.end) for p in phases[:3]] == [
        (4, False, 3000),
        (8, False, 7000),
        (16, True, 9000),
    ]


def test_a_run_that_ends_within_a_fade_does_not_hurry():
    """lod is a function of the images alone: 1 of the 2 kimg of the fade gives alpha 1/2.

    Source: official training_loop.py: training_schedule.
    """
    schedule = Schedule(TINY.replace(resolution=8, total_kimg=4))
    assert schedule.resolutions == [4, 8]
    assert schedule.phase_at(4000).alpha(4000) == 0.5


@pytest.mark.parametrize(
    "changes, missing",
    [
        ({"total_kimg": 6}, 16),
        ({"total_kimg": 0.0001}, 4),
        ({"resolution": 64, "total_kimg": 18}, 64),
        ({"stage_kimg": {8: (0, 0)}}, 8),
        ({"stage_kimg": {4: (5, 0)}}, 4),
    ],
)
def test_a_schedule_that_leaves_out_a_resolution_is_refused(changes, missing):
    """Its block would stay untrained."""
    with pytest.raises(
        ValueError, match=f"no images for {missing}x{missing}: total_kimg is .*; change one or"
    ):
        Schedule(TINY.replace(**changes))


def test_printed_schedule_has_a_line_per_phase():
    schedule = Schedule(preset("mnist32"))
    lines = str(schedule).splitlines()
    assert len(lines) == 1 + len(schedule.phases)
    assert "0 to 1" in lines[2]


def test_the_learning_rate_falls_to_zero_over_the_last_images():
    schedule = Schedule(TINY.replace(learning_rate=0.5, learning_rates={}, total_kimg=20, decay_kimg=8))
    rates = [schedule.learning_rate_at(images) for images in (0, 12_000, 16_000, 20_000, 21_000)]
    np.testing.assert_allclose(rates, [0.5, 0.5, 0.25, 0.0, 0.0])


def test_the_learning_rate_may_fall_by_another_clock():
    schedule = Schedule(TINY.replace(learning_rate=0.5, learning_rates={}, total_kimg=20, decay_kimg=8))
    assert schedule.learning_rate_at(20_000, share_left=0.2) == pytest.approx(0.25)
    assert schedule.learning_rate_at(20_000, share_left=0.5) == 0.5


def test_without_decay_the_learning_rate_is_that_of_the_phase():
    schedule = Schedule(TINY)
    assert schedule.learning_rate_at(schedule.total_images) == schedule.phases[-1].learning_rate


# Stretched and time-boxed schedules


@pytest.mark.parametrize(
    "stretch",
    [lambda c: scaled(c, 50.0), lambda c: time_boxed(c, 30.0, dict.fromkeys((4, 8, 16, 32), 100.0))],
)
def test_the_decay_keeps_its_share(stretch):
    config = TINY.replace(total_kimg=20, decay_kimg=5)
    stretched = stretch(config)
    assert stretched.total_kimg != 20 and stretched.decay_kimg / stretched.total_kimg == pytest.approx(0.25)


def test_scaling_keeps_the_proportions():
    config = preset("mnist32")
    half = Schedule(scaled(config, config.total_kimg / 2))
    for a, b in zip(Schedule(config).phases, half.phases, strict=True):
        assert (b.resolution, b.fading) == (a.resolution, a.fading)
        assert b.end == pytest.approx(a.end / 2, abs=1)


def test_a_time_box_is_filled_at_the_measured_speeds():
    speeds = {4: 1000.0, 8: 300.0, 16: 100.0, 32: 40.0}
    schedule = Schedule(time_boxed(preset("mnist32"), 600.0, speeds))
    seconds = {
        r: sum(p.end - p.start for p in schedule.phases if p.resolution == r) / speeds[r] for r in speeds
    }
    assert sum(seconds.values()) == pytest.approx(600.0, rel=1e-3)
    shares = preset("mnist32").time_shares
    for r in speeds:
        assert seconds[r] / 600.0 == pytest.approx(shares[r] / sum(shares.values()), rel=1e-2)


def test_a_time_box_without_shares_gives_half_to_the_full_resolution():
    speeds = {4: 100.0, 8: 100.0, 16: 100.0, 32: 100.0}
    schedule = Schedule(time_boxed(TINY, 100.0, speeds))
    last = sum(p.end - p.start for p in schedule.phases if p.resolution == 32)
    assert last == pytest.approx(5000, abs=2)


def test_resolutions_without_a_share_divide_what_is_left():
    speeds = {4: 100.0, 8: 100.0, 16: 100.0, 32: 100.0}
    schedule = Schedule(time_boxed(TINY.replace(time_shares={16: 0.2, 32: 0.6}), 100.0, speeds))
    lengths = {r: sum(p.end - p.start for p in schedule.phases if p.resolution == r) for r in speeds}
    assert lengths == {4: 1000, 8: 1000, 16: 2000, 32: 6000}


def test_a_time_box_with_no_time_for_a_resolution_is_refused():
    with pytest.raises(ValueError, match="leave no time for 64x64; give it a share"):
        time_boxed(preset("mnist32").replace(resolution=64), 600.0, dict.fromkeys((4, 8, 16, 32, 64), 100.0))


def test_a_time_box_fades_for_the_configured_share_of_a_stage():
    speeds = {4: 100.0, 8: 100.0, 16: 100.0, 32: 100.0}
    schedule = Schedule(time_boxed(TINY.replace(fade_share=0.25), 100.0, speeds))
    fade, stable = (p.end - p.start for p in schedule.phases if p.resolution == 16)
    assert fade / (fade + stable) == pytest.approx(0.25, rel=1e-2)
