"""Every widget in a real browser: what a reader does with the mouse and the keyboard, and what then is on the
screen.
"""

import numpy as np
import pytest
from support.pages import Shown, run_all, wait_for_widgets

MINUS = "\N{MINUS SIGN}"
# Widget -> what is moved, one after the other; each must change the picture or what stands beside it
MOVES = {
    "truncation": [("psi", -0.5)],
    "adain_channels": [
        ("add to scale", 12), ("feature map", 3), ("layer", 1), ("add to shift", 7), ("style from B", "this and finer"),
        ("seed of A", 7), ("seed of B", 8),
    ],
    "style_mixing": [("crossover", 2), ("seed of A", 7), ("seed of B", 8), ("seed of C", 9), ("roll", 0), ("7: B", None)],
    "noise": [("seed", 7), ("seed of noise", 8), ("strength", 3), ("roll", 1), ("7: on", None)],
    "interpolation": [("t", 0.5), ("space", "z, a great circle"), ("seed of A", 7), ("seed of B", 8)],
    "training_scrubber": [("moment", "Home"), ("rows", 1)],
    "separability": [("angle, degrees", 20), ("offset", 1), ("attribute", "sky"), ("space", "z")],
    "editing": [("light", 2), ("hold the others still", True), ("sky", -2), ("seed", 7)],
    "ablation_viewer": [("psi", 0.3), ("first seed", 7), ("configurations", "grey")],
    "class_and_seed": [("class", "End"), ("first seed", 7), ("psi", 0.3)],
    "augmentation": [("p", 0.9), ("seed", 7), ("groups", "colours")],
    "gan_slow_motion": [("step D", None), ("step G", None)],
    "growing": [("alpha", 0.25), ("resolution", "Home")],
    "mapping_pad": [("across", 3), ("up", -2), ("move in", "w, a flat plane")],
    "psi_meters": [("psi", "Home"), ("truncate", "the first 2 layers")],
    "quality_meters": [("blur, pixels", "End"), ("missing class", "2"), ("share of copies", "End")],
    "which_is_real": [("size of a picture", 224), ("left is real", None), ("right is real", None)],
    "entanglement_dials": [("rho", 0.5), ("hole", 0.2)],
    "r1_gamma": [("gamma", "End")],
    "ffhq_planner": [("resolution", "128"), ("GPUs", "4"), ("images per GPU", "16"), ("memory of a GPU, GB", "16")],
}  # fmt: skip
BURSTS = [  # widget, slider, its name in a saved picture
    ("truncation", "psi", "psi"), ("adain_channels", "add to scale", "scale"), ("style_mixing", "crossover", "crossover"),
    ("noise", "strength", "strength"), ("interpolation", "t", "t"), ("separability", "offset", "offset"),
    ("editing", "sky", "sky"), ("ablation_viewer", "psi", "psi"), ("growing", "alpha", "alpha"),
]  # fmt: skip


def test_all_widgets_are_there_and_the_browser_has_nothing_to_complain_of(front_end):
    for name in MOVES:
        assert Shown(front_end, name).pixels().ndim == 3
        assert front_end.locator(f".test-{name} .stylegan-error").count() == 0
    assert front_end.noise == []


@pytest.mark.parametrize("name", MOVES)
def test_every_control_moves_its_picture(front_end, name):
    widget = Shown(front_end, name)
    for label, value in MOVES[name]:
        widget.move_and_wait(label, value)
    assert widget.root.locator(".stylegan-error").count() == 0
    assert front_end.noise == []


def test_every_kind_of_control_works_in_other_front_ends(other_front_end):
    for name in other_front_end.widgets:
        widget = Shown(other_front_end, name)
        for label, value in MOVES[name]:
            widget.move_and_wait(label, value)
        assert widget.root.locator(".stylegan-error").count() == 0
    assert other_front_end.noise == []


def test_the_pad_is_dragged_in_other_front_ends(other_front_end):
    widget = Shown(other_front_end, "mapping_pad")
    pad = widget.root.locator(".stylegan-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    other_front_end.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    other_front_end.mouse.down()
    other_front_end.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    other_front_end.mouse.up()
    widget.wait(lambda: "across_4-up_4." in widget.saved_name(), "the point is not where the pad was left")
    assert "across 4, up 4" in pad.get_attribute("aria-label")


def test_reset_brings_the_first_picture_back(front_end):
    widget = Shown(front_end, "truncation")
    widget.move_and_wait("reset controls", None)
    widget.settle()
    first = widget.state()
    widget.move_and_wait("psi", 0.3)
    widget.move("reset controls", None)
    widget.wait(lambda: widget.state() == first, "reset did not bring the first picture back")


def test_psi_0_makes_all_seeds_equal(front_end):
    widget = Shown(front_end, "truncation")
    widget.move("psi", 0)
    widget.wait(lambda: widget.saved_name() == "psi_0.png", "psi did not become 0")
    a, b, c, d = widget.cells(4, 96, gap=3)
    for other in (b, c, d):
        np.testing.assert_array_equal(a, other)


@pytest.mark.parametrize("crossover, source", [(0, 1), (8, 0)])
def test_a_crossover_at_the_ends_gives_one_source(front_end, crossover, source):
    widget = Shown(front_end, "style_mixing")
    widget.move("crossover", crossover)
    widget.wait(
        lambda: f"crossover_{crossover}-sources_{str(source) * 8}." in widget.saved_name(),
        "the crossover did not move",
    )
    images = widget.cells(4, 96)
    np.testing.assert_allclose(images[3], images[source], atol=1)
    assert np.abs(images[0] - images[1]).max() > 1


def test_noise_that_is_off_changes_nothing_however_it_is_drawn(front_end):
    widget = Shown(front_end, "noise")
    widget.move_and_wait("reset controls", None)
    for layer in range(8):
        widget.move_and_wait(f"{layer}: on", None)
    widget.wait(lambda: "layers_00000000" in widget.saved_name(), "a layer is still on")
    first = widget.content()
    without, with_noise, _ = widget.cells(3, 128)
    np.testing.assert_array_equal(without, with_noise)
    widget.move("roll", 1)
    widget.wait(lambda: "noise_seed_0" not in widget.saved_name(), "the seed of the noise did not change")
    assert widget.content() == first


@pytest.mark.parametrize("name, label, setting", BURSTS)
def test_a_burst_of_fifty_events_ends_on_the_last_value(front_end, name, label, setting):
    """The handle is dragged to and fro; what is drawn at the end is what the handle says, and what typing
    gives.
    """
    widget = Shown(front_end, name)
    widget.move("reset controls", None)
    widget.settle()
    widget.drag(label, [0.1 + 0.8 * (i % 10) / 10 for i in range(50)])
    shown = float(widget.control(label).locator(".widget-readout").inner_text().replace(MINUS, "-"))
    widget.wait(
        lambda: abs(widget.setting(setting) - shown) < 0.006, f"the handle is at {shown}, which is not drawn"
    )
    widget.settle()
    last, burst = widget.setting(setting), widget.content()
    assert abs(last - shown) < 0.006  # the number at the handle is rounded
    widget.move("reset controls", None)
    widget.wait(lambda: widget.setting(setting) != last, "reset does not move the slider")
    widget.move(label, last)
    widget.wait(lambda: widget.setting(setting) == last, f"{last} was not drawn")
    assert widget.content() == burst


def test_the_pad_is_dragged_and_both_points_follow(front_end):
    """Fifty events; the sliders say what the pad says, and the picture is the one that the sliders give."""
    widget = Shown(front_end, "mapping_pad")
    widget.move("reset controls", None)
    widget.wait(
        lambda: "across_0-up_0." in widget.saved_name(), "reset did not bring the point to the middle"
    )
    pad = widget.root.locator(".stylegan-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    places = [(0.1 + 0.8 * (i % 10) / 10, 0.9 - 0.8 * (i % 7) / 7) for i in range(49)] + [(0.75, 0.25)]
    front_end.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    front_end.mouse.down()
    for x, y in places:
        front_end.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    front_end.mouse.up()
    widget.wait(
        lambda: "across_4-up_4." in widget.saved_name(),
        f"the pad is at 4, 4, but {widget.saved_name()} is drawn",
    )
    widget.settle()
    assert "across_4-up_4." in widget.saved_name()
    dragged = widget.content()
    assert "across 4, up 4" in pad.get_attribute("aria-label")
    readouts = [widget.control(name).locator(".widget-readout") for name in ("across", "up")]
    widget.wait(
        lambda: [readout.inner_text() for readout in readouts] == ["4.00", "4.00"],
        "the numbers at the handles are not 4",
    )
    widget.move("reset controls", None)
    widget.wait(lambda: "across 0, up 0" in pad.get_attribute("aria-label"), "reset does not move the pad")
    widget.move("across", 4)
    widget.move("up", 4)
    widget.wait(lambda: "across_4-up_4." in widget.saved_name(), "the sliders do not move the point")
    assert widget.content() == dragged


def test_the_arrow_keys_move_the_focused_pad_and_the_focus_is_seen(front_end):
    widget = Shown(front_end, "mapping_pad")
    widget.move("reset controls", None)
    pad = widget.root.locator(".stylegan-pad")
    widget.wait(lambda: "across 0, up 0" in pad.get_attribute("aria-label"), "reset does not move the pad")
    pad.focus()
    for key, name in (
        ("ArrowRight", "across_0.25-up_0."),
        ("Shift+ArrowUp", "across_0.25-up_1."),
        ("Home", "across_0-up_0."),
    ):
        front_end.keyboard.press(key)
        widget.wait(lambda name=name: name in widget.saved_name(), f"{key} did not bring the point to {name}")
    assert pad.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_the_game_counts_its_guesses(front_end):
    """All rounds are played; after the last one a click counts nothing."""
    widget = Shown(front_end, "which_is_real")
    for _ in range(5):
        widget.move("left is real", None)
        widget.settle()
    before = widget.content()
    widget.move("right is real", None)
    widget.settle()
    assert widget.content() == before


def test_the_arrow_keys_move_a_focused_slider_and_the_focus_is_seen(front_end):
    widget = Shown(front_end, "truncation")
    widget.move_and_wait("reset controls", None)
    handle = widget.control("psi").locator(".noUi-handle, .ui-slider-handle")
    handle.focus()
    front_end.keyboard.press("ArrowLeft")
    widget.wait(lambda: widget.saved_name() == "psi_0.95.png", "the arrow key did not move the slider")
    assert handle.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_a_saved_picture_is_the_one_that_is_shown(front_end, tmp_path):
    widget = Shown(front_end, "truncation")
    with front_end.expect_download() as download:
        widget.root.get_by_text("save picture").click()
    assert download.value.suggested_filename == widget.saved_name()
    download.value.save_as(tmp_path / "saved.png")
    assert (tmp_path / "saved.png").read_bytes() == widget.content()


def test_a_value_that_cannot_be_drawn_is_explained(front_end):
    widget = Shown(front_end, "ablation_viewer")
    before = widget.content()
    widget.root.locator("select").select_option([])
    widget.wait(lambda: "choose one or more" in widget.root.inner_text(), "there is no explanation")
    assert widget.content() == before
    widget.move_and_wait("reset controls", None)
    widget.wait(lambda: "choose one or more" not in widget.root.inner_text(), "the explanation stays")


def test_the_widgets_come_back_after_the_kernel_has_restarted(front_end):
    """Last, as it takes a new kernel: in JupyterLab a restart and a run of all cells, in voila a new page."""
    if front_end.kind == "voila":
        front_end.reload()
    else:
        front_end.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel().then(() => null)"
        )
        front_end.evaluate("() => { window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs') }")
        run_all(front_end)
    wait_for_widgets(front_end)
    widget = Shown(front_end, "truncation")
    widget.wait(lambda: widget.saved_name() == "psi_1.png", "the widget does not begin anew")
    widget.move("psi", 0.5)
    widget.wait(lambda: widget.saved_name() == "psi_0.5.png", "the slider does not move the picture")
