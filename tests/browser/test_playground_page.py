"""``stylegan-tf playground`` in a real browser: the page of the command, its controls, a burst, its files."""

import base64
import os
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from support.pages import PATIENCE, ROOT, Shown, free_port

from stylegan_tf.widgets import State, state_in

START = "seed=3 psi=0.7 styles=5@4-7"


class Playground(Shown):
    """The one panel of the page; its first picture is the large one."""

    def __init__(self, page):
        super().__init__(page, "playground")
        self.root = page.locator(".stylegan-panel")
        self.field = self.control("state").locator("input")

    def content(self) -> bytes:
        fetch = """async image => { const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
            return btoa(Array.from(bytes, b => String.fromCharCode(b)).join('')) }"""
        return base64.b64decode(self.root.locator("img").first.evaluate(fetch))

    def type(self, state):
        """Type a state, and wait until it is drawn."""
        self.field.fill(state)
        self.field.press("Enter")
        self.wait(lambda: self.drawn() == str(State.parse(state, ["slant"])), f"'{state}' was not drawn")
        return self.pixels()

    def saved(self) -> bytes:
        href = self.root.get_by_text("save picture with its state").get_attribute("href")
        return base64.b64decode(href.partition("base64,")[2])

    def drawn(self) -> str:
        """The state of the picture that is shown: known once the link to save it has come."""
        return state_in(self.saved())


@pytest.fixture(scope="module")
def front_end(browser, tmp_path_factory):
    """The page that the command serves. ``page.noise``: what the browser complained of."""
    folder, port = tmp_path_factory.mktemp("playground"), free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "TMPDIR": str(folder)}
    command = [
        sys.executable,
        "-m",
        "stylegan_tf",
        "playground",
        "--no-browser",
        f"--port={port}",
        f"--state={START}",
    ]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.noise = []
    page.on("pageerror", lambda error: page.noise.append(str(error)))
    page.set_default_timeout(1000 * PATIENCE)
    try:
        start = time.monotonic()
        while not _listens(port):
            assert server.poll() is None and time.monotonic() < start + PATIENCE, (
                folder / "log"
            ).read_text()[-2000:]
            time.sleep(0.2)
        page.goto(f"http://127.0.0.1:{port}")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.stylegan-panel img')].filter(i => i.naturalWidth).length > 1"
        )
        yield page
    finally:
        page.close()
        server.terminate()
        server.wait(30)


def _listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def test_the_page_opens_with_the_state_of_the_command(front_end):
    page = Playground(front_end)
    assert page.field.input_value() == page.drawn() == START
    assert not front_end.noise


def test_psi_0_makes_two_seeds_equal(front_end):
    page = Playground(front_end)
    first, second = (page.type(f"seed={seed} psi=0") for seed in (3, 4))
    np.testing.assert_array_equal(first, second)
    assert (page.type("seed=4") != second).any()


def test_styles_of_all_layers_give_b(front_end):
    page = Playground(front_end)
    np.testing.assert_array_equal(page.type("seed=3 styles=5@0-7"), page.type("seed=5"))


def test_each_control_moves_the_picture_and_the_state(front_end):
    page = Playground(front_end)
    page.type(START)
    moves = {
        "psi": 0.3,
        "truncated layers": 3,
        "from A to B, t": 0.5,
        "coarse strength": 3,
        "slant": 2,
        "crossover": 2,
    }
    for label, value in moves.items():
        before, text = page.drawn(), page.content()
        page.move(label, value)
        page.wait(lambda before=before: page.drawn() != before, f"the state did not hear of '{label}'")
        page.wait(lambda text=text: page.content() != text, f"'{label}' did not move the picture")
    expected = "seed=3 psi=0.3 cutoff=3 styles=5@2-7 t=0.5 strength=3/1/1 slant=2"
    assert page.drawn() == expected
    page.wait(lambda: page.field.input_value() == expected, "the field does not show the state")


def test_a_burst_of_keys_ends_on_the_last_value(front_end):
    page = Playground(front_end)
    page.type("seed=3 psi=1")
    page.control("psi").locator(".noUi-handle").focus()
    for key in ["ArrowLeft"] * 30 + ["ArrowRight"] * 20:
        front_end.keyboard.press(key)
    page.wait(lambda: page.drawn() == "seed=3 psi=0.5", "the last value was not drawn")
    shown = page.content()
    page.type("seed=9")
    page.type("seed=3 psi=0.5")
    assert page.content() == shown


def test_a_bad_state_is_explained_and_changes_nothing(front_end):
    page = Playground(front_end)
    page.type("seed=3")
    before = page.content()
    page.field.fill("sed=3")
    page.field.press("Enter")
    page.wait(lambda: "did you mean 'seed'?" in page.root.inner_text(), "there is no explanation")
    assert page.content() == before


def test_a_saved_picture_opens_the_page_as_it_was(front_end, tmp_path):
    page = Playground(front_end)
    shown = page.type("seed=8 psi=0.6 slant=-2")
    with front_end.expect_download() as download:
        page.root.get_by_text("save picture with its state").click()
    download.value.save_as(tmp_path / "saved.png")
    page.type("seed=1")
    with front_end.expect_file_chooser() as chooser:
        page.root.get_by_role("button", name="open picture").click()
    chooser.value.set_files(tmp_path / "saved.png")
    page.wait(lambda: page.drawn() == "seed=8 psi=0.6 slant=-2", "the picture was not opened")
    np.testing.assert_array_equal(page.pixels(), shown)


def test_a_walk_is_made_and_can_be_saved(front_end, tmp_path):
    page = Playground(front_end)
    page.type("seed=3 styles=5")
    page.button("make walk").click()
    with front_end.expect_download() as download:
        page.root.get_by_text("save walk, 48 frames").click()
    download.value.save_as(tmp_path / "walk.png")
    with Image.open(tmp_path / "walk.png") as walk:
        assert (walk.n_frames, walk.info["loop"]) == (48, 0)
    assert not front_end.noise
