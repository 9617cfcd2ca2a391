"""A server for one notebook of all widgets, and what a reader does on its page: see pictures, move controls."""

import base64
import importlib.metadata
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

VARIABLE = "STYLEGAN_TF_BROWSER"
ROOT = Path(__file__).parent.parent.parent
SETTINGS = "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run --disable-background-networking"
PATIENCE = (
    600  # seconds, for a server and for the cells of the page; a quiet machine needs 20, a busy one many more
)


def find_chromium(playwright) -> str | None:
    """The one that the variable names, the system's, or playwright's own."""
    named = os.environ.get(VARIABLE, "")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    own = playwright.chromium.executable_path
    found = [named] if Path(named).is_file() else [path for name in names if (path := shutil.which(name))]
    return next(iter([*found, *([own] if Path(own).is_file() else [])]), None)


def all_widgets() -> list[str]:
    """The names of those in all_widgets.py, which is not imported: TensorFlow is the kernel's business."""
    text = (Path(__file__).parent.parent / "browser" / "all_widgets.py").read_text()
    return re.findall(r"^@widget\ndef (\w+)", text, re.MULTILINE)


def serve(folder, port, *command):
    """Start a server, and wait until it listens. Its log is in the folder."""
    private = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    private |= {"IPYTHONDIR": str(folder / "ipython"), "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
    environment = {
        **os.environ,
        **private,
        "PYTHONPATH": str(ROOT),
        "STYLEGAN_TF_PROFILE": "test",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    with open(folder / "server.log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, env=environment, stdout=log, stderr=log
        )
    start = time.monotonic()
    while time.monotonic() < start + PATIENCE and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server
        except OSError:
            time.sleep(0.2)
    stop(server)
    raise RuntimeError(f"{command[0]} does not listen:\n{(folder / 'server.log').read_text()[-3000:]}")


def stop(server):
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def open_page(page, address, name):
    """Open a notebook by its address in the front end ``page.kind``, run it, and wait for its widgets."""
    has_notebook_7 = int(importlib.metadata.version("notebook").partition(".")[0]) >= 7
    paths = {
        "voila": "",
        "lab": f"/doc/tree/{name}",
        "notebook": f"/notebooks/{name}",
        "nbclassic": f"/nbclassic/notebooks/{name}" if has_notebook_7 else f"/notebooks/{name}",
    }
    page.goto(address + paths[page.kind])
    if page.kind != "voila":
        run_all(page)
    wait_for_widgets(page)


def run_all(page):
    """Run all cells, once the kernel answers: before that JupyterLab would ask which kernel to take."""
    if page.kind == "nbclassic":
        # Its widgets first ask the kernel what it has, and would redraw the cells over what was run before the answer.
        page.wait_for_function(
            "() => window.Jupyter?.notebook?._fully_loaded && Jupyter.notebook.kernel?.widget_manager"
            " && Jupyter.notebook.kernel.info_reply?.status == 'ok'"
        )
        page.evaluate(
            "() => new Promise(done => Jupyter.notebook.kernel.comm_info('jupyter.widget', () => done(null)))"
        )
        page.evaluate("() => { Jupyter.notebook.execute_all_cells() }")
        return
    kernel = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
    page.wait_for_function(f"() => {kernel}?.connectionStatus == 'connected' && {kernel}.status == 'idle'")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")


def wait_for_widgets(page):
    """Until every widget shows a picture."""
    page.wait_for_function(
        "n => [...document.querySelectorAll('.stylegan-panel img')].filter(i => i.naturalWidth).length == n",
        arg=len(page.widgets),
    )


class Shown:
    """A widget on the page, by its name in ``all_widgets.py``."""

    def __init__(self, page, name):
        self.page, self.root = page, page.locator(f".test-{name}")

    def content(self) -> bytes:
        """The PNG file that the browser shows."""
        fetch = """async image => { const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
            return btoa(Array.from(bytes, b => String.fromCharCode(b)).join('')) }"""
        return base64.b64decode(self.root.locator("img").evaluate(fetch))

    def pixels(self) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(self.content())).convert("RGB")).astype(int)

    def cells(self, count, side, gap=8) -> list[np.ndarray]:
        """The last images of the last row."""
        pixels = self.pixels()[-side:]
        return [
            pixels[:, pixels.shape[1] - (count - i) * (side + gap) + gap :][:, :side] for i in range(count)
        ]

    def state(self) -> tuple[bytes, str]:
        """The picture, and the text beside it; not the numbers at the sliders."""
        return self.content(), self.root.locator(".stylegan-reading").inner_text()

    def saved_name(self) -> str:
        """The name of the picture's file: the values that were drawn."""
        return self.root.get_by_text("save picture").get_attribute("download")

    def setting(self, name) -> float:
        """What a control was set to when the picture was drawn: the number after its name, as in "-psi_0.5-"."""
        return float(re.search(rf"(?:^|-){name}_(-?[0-9.]+?)(?=-|\.png)", self.saved_name())[1])

    def drag(self, label, places):
        """Take the handle of a slider and drag it to some places along it, shares of its length, one event
        each.
        """
        slider = self.control(label)
        slider.scroll_into_view_if_needed()
        box = slider.locator(".noUi-base, .ui-slider").bounding_box()
        handle = slider.locator(".noUi-handle, .ui-slider-handle").bounding_box()
        y = handle["y"] + handle["height"] / 2
        self.page.mouse.move(handle["x"] + handle["width"] / 2, y)
        self.page.mouse.down()
        for place in places:
            self.page.mouse.move(box["x"] + box["width"] * place, y)
        self.page.mouse.up()

    def button(self, label, place=0):
        return self.root.get_by_role("button", name=label, exact=True).nth(place)

    def control(self, label):
        """The row of a control, by its label."""
        name = self.page.locator(
            f"xpath=.//*[contains(@class, 'widget-label') and normalize-space()='{label}']"
        )
        return self.root.locator(".widget-inline-hbox", has=name)

    def move(self, label, value):
        """Do what a reader does: type, choose, press a key, tick, or click the button (the ``value``-th of
        that label).
        """
        if label == "hold the others still":
            return self.root.locator("input[type=checkbox]").set_checked(value)
        if self.button(label).count():
            return self.button(label, value or 0).click()
        row = self.control(label)
        if row.locator("select").count():
            return row.locator("select").select_option(label=value)
        if row.locator("input[type=number]").count():
            row.locator("input[type=number]").fill(str(value))
            return row.locator("input[type=number]").press("Enter")
        if isinstance(value, str):
            row.locator(".noUi-handle, .ui-slider-handle").focus()
            return self.page.keyboard.press(value)
        row.locator(".widget-readout").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(str(value))
        self.page.keyboard.press("Enter")

    def wait(self, true, why):
        """Until true() holds."""
        start = time.monotonic()
        while not true():
            assert time.monotonic() < start + PATIENCE / 3, why
            time.sleep(0.03)

    def move_and_wait(self, label, value):
        before = self.state()
        self.move(label, value)
        self.wait(lambda: self.state() != before, f"nothing changed when '{label}' became {value}")

    def settle(self):
        """Until nothing has changed for half a second."""
        last, since = self.state(), time.monotonic()
        while time.monotonic() < since + 0.5:
            if (now := self.state()) != last:
                last, since = now, time.monotonic()
            time.sleep(0.05)
