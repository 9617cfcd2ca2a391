import asyncio
import base64
import io
import re
import threading

import ipywidgets
import numpy as np
import pytest
import traitlets
from PIL import Image

from stylegan_tf.widgets import Layers, Panel, Seed


def grey(level):
    return Image.new("L", (2, 2), level)


def level(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)))[0, 0]


def panel(draw=grey, value=10, largest=255):
    return Panel(draw, "a grey square", level=ipywidgets.IntSlider(value=value, max=largest))


def test_a_slider_changes_the_picture_in_place():
    p = panel()
    picture = p.picture
    p.controls["level"].value = 20
    assert p.picture is picture
    assert level(p) == 20


async def drawn(panel):
    """Wait until nothing waits to be drawn."""
    while panel._waiting:
        await asyncio.sleep(0.01)


def test_a_burst_in_an_event_loop_is_one_picture_of_the_last_value():
    p = panel()

    async def burst():
        for value in range(50):
            p.controls["level"].value = value
        await drawn(p)

    asyncio.run(burst())
    assert level(p) == 49
    assert p.drawn == 2


def test_what_arrives_while_it_draws_is_drawn_next():
    """A slow picture: the loop finds all later changes at once, and draws the last of them only."""
    seen = []

    def draw(level):
        seen.append(level)
        if level == 1:
            for later in range(2, 30):
                asyncio.get_running_loop().call_soon(setattr, p.controls["level"], "value", later)
        return grey(level)

    p = panel(draw, value=0)

    async def play():
        p.controls["level"].value = 1
        while seen[-1] != 29:
            await asyncio.sleep(0.01)

    asyncio.run(play())
    assert seen == [0, 1, 29]


def test_a_panel_outlives_the_event_loop_that_it_waited_in(monkeypatch):
    """A front end that goes away takes its loop with it, and what was to be drawn there."""
    p = panel()

    async def leave():
        p.controls["level"].value = 20

    async def come_back():
        p.controls["level"].value = 30
        await drawn(p)

    monkeypatch.setattr(
        "stylegan_tf.widgets.parts.panel.WAIT", 3600
    )  # so that the loop ends first, however slow the machine
    asyncio.run(leave())
    monkeypatch.undo()
    assert level(p) == 10
    asyncio.run(come_back())
    assert level(p) == 30


def test_two_threads_do_not_draw_at_the_same_time():
    inside, most = [], []

    def draw(level):
        inside.append(level)
        most.append(len(inside))
        threading.Event().wait(0.01)
        inside.pop()
        return grey(level)

    p = panel(draw)
    threads = [threading.Thread(target=p.update) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 5
    assert max(most) == 1


def test_a_value_that_cannot_be_drawn_keeps_the_picture_and_says_why():
    def draw(level):
        if level == 13:
            raise ValueError("level is <13>; give another")
        return grey(level)

    p = panel(draw)
    p.controls["level"].value = 13
    assert level(p) == 10
    assert "level is &lt;13&gt;; give another" in p.problem.value
    p.controls["level"].value = 14
    assert level(p) == 14
    assert p.problem.value == ""


def test_a_panel_that_cannot_draw_at_all_is_an_error():
    with pytest.raises(ZeroDivisionError):
        panel(lambda level: 1 / 0)


def test_reset_draws_once():
    p = Panel(lambda a, b: grey(a + b), "", a=ipywidgets.IntSlider(value=1), b=ipywidgets.IntSlider(value=2))
    p.controls["a"].value, p.controls["b"].value = 10, 20
    drawn = p.drawn
    p.reset()
    assert p.values == {"a": 1, "b": 2}
    assert level(p) == 3
    assert p.drawn == drawn + 1


def test_the_saved_picture_is_the_one_shown_and_is_named_by_the_settings():
    p = Panel(
        lambda psi, sources, space: (grey(int(100 * psi)), "half"),
        "",
        psi=ipywidgets.FloatSlider(value=0.7, min=-1),
        sources=Layers(4, "AB", (0, 0, 1, 1)),
        space=ipywidgets.Dropdown(options=["w, straight/<line>"]),
    )
    name, content = re.fullmatch(
        r'<a download="(.+)" href="data:image/png;base64,(.+)">save picture</a>', p.saving.value
    ).groups()
    assert name == "psi_0.7-sources_0011-space_w_straight_line_.png"
    assert base64.b64decode(content) == p.picture.value
    assert p.reading.value == "half"


def test_a_name_of_a_file_is_not_too_long():
    p = Panel(lambda **_: grey(0), "", **{f"control{i}": ipywidgets.IntSlider() for i in range(60)})
    assert len(p.file_name) <= 120


def test_rolled_seeds_follow_from_the_first():
    one, other, third = Seed(5), Seed(5), Seed(6)
    rolled = [[], [], []]
    for _ in range(3):
        for seed, values in zip((one, other, third), rolled, strict=True):
            seed.button.click()
            values.append(seed.value)
    assert rolled[0] == rolled[1] != rolled[2]
    assert one.number.value == one.value
    assert len(set(rolled[0])) == 3


def test_a_typed_seed_is_the_value():
    seed = Seed(5)
    seed.number.value = 123
    assert seed.value == 123
    seed.number.value = -1  # the box knows its bounds
    assert seed.value == 0


def test_a_click_on_a_layer_takes_the_next_choice_in_that_layer_alone():
    layers = Layers(3, "ABC")
    for expected in ((0, 1, 0), (0, 2, 0), (0, 0, 0)):
        layers.buttons[1].click()
        assert layers.value == expected
        assert [button.description for button in layers.buttons] == [
            f"{i}: {'ABC'[c]}" for i, c in enumerate(expected)
        ]


@pytest.mark.parametrize("value", [(0, 0), (0, 0, 2), (0, 0, -1)])
def test_choices_that_do_not_exist_are_refused(value):
    layers = Layers(3, "AB", (0, 1, 0))
    with pytest.raises(traitlets.TraitError, match="give 3 numbers from 0 to 1"):
        layers.value = value
    assert layers.value == (0, 1, 0)
