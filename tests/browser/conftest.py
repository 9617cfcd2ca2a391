"""One page of all widgets, served by voila and by JupyterLab, opened in a Chromium that is found on this
machine.

They take minutes, and are left out unless the variable STYLEGAN_TF_BROWSER is set: to the word "required",
which fails on a machine without a Chromium, or to the path of one.
"""

import importlib.metadata
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from support.pages import (
    PATIENCE,
    SETTINGS,
    VARIABLE,
    count_widgets,
    find_chromium,
    free_port,
    open_page,
    serve,
    stop,
)


@pytest.fixture(scope="module")
def browser():
    """A Chromium. It is closed after the module: playwright's event loop would run on under other tests."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"they take minutes; {VARIABLE}=required runs them")
    from playwright.sync_api import sync_playwright

    if (version := importlib.metadata.version("ipywidgets")).startswith("7."):
        pytest.skip(
            f"ipywidgets {version} has no front end here: JupyterLab 4 and voila 0.5 show ipywidgets 8 only"
        )
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            pytest.fail(
                f"no Chromium was found: install chromium, run 'playwright install chromium', or name one in {VARIABLE}"
            )
        browser = playwright.chromium.launch(executable_path=path, args=SETTINGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory) -> Path:
    """The widgets of ``all_widgets.py``, a cell each."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copy(Path(__file__).with_name("all_widgets.py"), folder)
    sources = ["from all_widgets import WIDGETS", *(f"WIDGETS[{i}]()" for i in range(count_widgets()))]
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "widgets.ipynb")
    return folder / "widgets.ipynb"


def complaints(message) -> list[str]:
    """An error in the console; but voila's page asks a server far away for icons, which is not the widgets'
    business.
    """
    address = message.location["url"]
    far = message.text.startswith("Failed to load resource") and "127.0.0.1" not in address
    return [f"{message.text} ({address})"] if message.type == "error" and not far else []


@pytest.fixture(scope="module", params=["voila", "lab"])
def front_end(request, browser, notebook):
    """A page with all widgets alive. ``page.noise``: what the browser complained of."""
    port, folder = free_port(), notebook.parent
    if request.param == "voila":
        command = [
            "voila",
            notebook.name,
            "--no-browser",
            f"--port={port}",
            "--Voila.ip=127.0.0.1",
            "--show_tracebacks=True",
        ]
        command.append(
            "--VoilaConfiguration.extension_denylist=['@jupyter-notebook/lab-extension']"
        )  # voila 0.5 lacks its base
    else:
        options = [
            "--no-browser",
            "--allow-root",
            f"--port={port}",
            "--ip=127.0.0.1",
            "--IdentityProvider.token=",
        ]
        command = ["jupyterlab", *options, "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"]
        tracker = folder / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
        tracker.parent.mkdir(parents=True)
        tracker.write_text('{"windowingMode": "none"}')  # else cells out of sight leave the page
    server = serve(folder, port, *command)
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.noise = []
    page.on("pageerror", lambda error: page.noise.append(str(error)))
    page.on("console", lambda message: page.noise.extend(complaints(message)))
    page.set_default_timeout(1000 * PATIENCE)
    try:
        page.kind = request.param
        open_page(page, f"http://127.0.0.1:{port}", notebook.name)
        yield page
    finally:
        page.close()
        stop(server)
