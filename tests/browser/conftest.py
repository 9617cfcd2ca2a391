"""Widgets on pages that Jupyter's front ends serve, opened in a Chromium that is found on this machine.

They take minutes, and are left out unless the variable STYLEGAN_TF_BROWSER is set: to the word "required",
which fails on a machine without a Chromium, or to the path of one.
"""

import contextlib
import importlib.metadata
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from support.pages import (
    PATIENCE,
    SETTINGS,
    VARIABLE,
    all_widgets,
    find_chromium,
    free_port,
    open_page,
    serve,
    stop,
)

# Three of them have all kinds of controls: sliders, lists, numbers, buttons, a tick, anywidget's pad
SOME_WIDGETS = ["adain_channels", "editing", "mapping_pad"]


@pytest.fixture(scope="module")
def chromium():
    """A Chromium. It is closed after the module: playwright's event loop would run on under other tests."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"they take minutes; {VARIABLE}=required runs them")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            pytest.fail(
                f"no Chromium was found: install chromium, run 'playwright install chromium', or name one in {VARIABLE}"
            )
        browser = playwright.chromium.launch(executable_path=path, args=SETTINGS.split())
        yield browser
        browser.close()


def skip_ipywidgets_7():
    if (version := importlib.metadata.version("ipywidgets")).startswith("7."):
        pytest.skip(
            f"ipywidgets {version} has no front end here but nbclassic: JupyterLab 4, Notebook 7 and voila 0.5 show ipywidgets 8 only"
        )


@pytest.fixture(scope="module")
def browser(chromium):
    """A Chromium for pages of ipywidgets 8."""
    skip_ipywidgets_7()
    return chromium


# What pages say by themselves, whatever their widgets do
OWN_NOISE = [
    # Notebook 7.6 reads its settings, before a cell has run
    r"Cannot read properties of undefined \(reading 'schema'\)",
    # nbclassic looks for the widgets of ipywidgets 4, and for a button of voila that voila 0.5 no longer ships
    r"nbextensions/widgets/notebook/js/extension",
    r"nbextensions/voila/extension",
    # voila's page asks a server far away for icons
    r"Failed to load resource.* \(https?://(?!127\.0\.0\.1).*\)",
]


def complaints(text: str) -> list[str]:
    """An error that the browser reports, unless it is the page's own."""
    return [] if any(re.search(own, text) for own in OWN_NOISE) else [text]


def write_notebook(folder: Path, names: list[str]) -> str:
    """A notebook with these widgets of ``all_widgets.py``, a cell each. Returns the name of its file."""
    shutil.copy(Path(__file__).with_name("all_widgets.py"), folder)
    sources = ["import all_widgets", *(f"all_widgets.{name}()" for name in names)]
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "widgets.ipynb")
    return "widgets.ipynb"


def command(kind: str, name: str, port: int) -> list[str]:
    """What starts a front end: a module of Python's, and its options."""
    if kind == "voila":
        return [
            "voila",
            name,
            "--no-browser",
            f"--port={port}",
            "--Voila.ip=127.0.0.1",
            "--show_tracebacks=True",
            # voila 0.5 lacks its base
            "--VoilaConfiguration.extension_denylist=['@jupyter-notebook/lab-extension']",
        ]
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ip=127.0.0.1",
        "--IdentityProvider.token=",
    ]
    return {
        "lab": ["jupyterlab", *options, "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"],
        "notebook": ["notebook", *options, "--JupyterNotebookApp.expose_app_in_browser=True"],
        "nbclassic": ["nbclassic", *options],
    }[kind]


@contextlib.contextmanager
def opened(browser, kind: str, folder: Path, names: list[str]):
    """A page of a front end with these widgets alive. ``page.noise``: what the browser complained of."""
    port, name = free_port(), write_notebook(folder, names)
    if kind in ("lab", "notebook"):
        tracker = folder / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
        tracker.parent.mkdir(parents=True)
        tracker.write_text('{"windowingMode": "none"}')  # else cells out of sight leave the page
    server = serve(folder, port, *command(kind, name, port))
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.noise, page.kind, page.widgets = [], kind, names
    page.on("pageerror", lambda error: page.noise.extend(complaints(str(error))))
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and page.noise.extend(complaints(f"{message.text} ({message.location['url']})"))
        ),
    )
    page.set_default_timeout(1000 * PATIENCE)
    try:
        open_page(page, f"http://127.0.0.1:{port}", name)
        yield page
    finally:
        page.close()
        stop(server)


@pytest.fixture(scope="module", params=["voila", "lab"])
def front_end(request, browser, tmp_path_factory):
    """A page with all widgets."""
    with opened(browser, request.param, tmp_path_factory.mktemp("page"), all_widgets()) as page:
        yield page


@pytest.fixture(scope="module", params=["notebook", "nbclassic"])
def other_front_end(request, chromium, tmp_path_factory):
    """A page with some widgets. nbclassic shows those of ipywidgets 7 too."""
    if request.param != "nbclassic":
        skip_ipywidgets_7()
    with opened(chromium, request.param, tmp_path_factory.mktemp("page"), SOME_WIDGETS) as page:
        yield page
