"""stylegan-tf playground: all dials of a run on one page, served by voila on this machine."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from stylegan_tf.cli.arguments import MODEL, model, port
from stylegan_tf.cli.common import UserError, dataset_of, load_finished
from stylegan_tf.runs.shipped import shipped
from stylegan_tf.widgets import State
from stylegan_tf.widgets.playground.picture import attributes_of

HOST = "127.0.0.1"
HELP = "Open a page with all dials of a trained generator, through voila."
EXAMPLE = "stylegan-tf playground runs/x --state 'seed=3 psi=0.7 styles=5@4-7'"


def add_arguments(parser) -> None:
    parser.add_argument("run", nargs="?", type=model, help=f"{MODEL} (default mnist32)")
    learned = "what the run learned from, for the sliders (default: as the run or the file says)"
    parser.add_argument("--dataset", help=learned)
    parser.add_argument("--state", default="", help="settings to begin with, as the page shows them")
    parser.add_argument("--port", type=port, help="of this machine (default any that is free)")
    parser.add_argument("--no-browser", action="store_true", help="print the address, open nothing")


def run(args) -> int:
    """Serve the page until Ctrl+C."""
    if importlib.util.find_spec("voila") is None:
        raise UserError(
            "the playground is a page of voila, which is not installed: "
            'pip install "stylegan-tf[course]" brings it'
        )

    # What the page shows; a bad argument must show before the server starts.
    path = Path(args.run or shipped("mnist32")).resolve()
    dataset = dataset_of(path) if args.dataset is None else args.dataset
    config = load_finished(path).config
    State.parse(args.state, attributes_of(dataset)).check(config)
    port = _free_port(args.port)

    # The page.
    with tempfile.TemporaryDirectory(prefix="stylegan-tf-") as folder:
        page = Path(folder) / "playground.ipynb"
        page.write_text(page_of(path, dataset, args.state), "utf-8")
        # Its base is not in voila 0.5
        lacking = "--VoilaConfiguration.extension_denylist=@jupyter-notebook/lab-extension"
        options = [lacking, f"--port={port}", f"--Voila.ip={HOST}", "--show_tracebacks=True"]
        if args.no_browser:
            options.append("--no-browser")
        address = f"http://{HOST}:{port}/"
        print(f"the playground of {path} is at {address} once its kernel runs; Ctrl+C ends it", flush=True)

        # The server, until it ends or the command is ended. Whoever ends the command ends its server.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        server = subprocess.Popen([sys.executable, "-m", "voila", page.name, *options], cwd=folder)
        try:
            return server.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            _end(server)
            signal.signal(signal.SIGTERM, before)


def page_of(run: Path, dataset: str | None, state: str = "") -> str:
    """The notebook that voila shows: one cell, which opens the run and its playground."""
    import nbformat

    source = [
        "import stylegan_tf as sg",
        "from stylegan_tf.widgets import playground",
        "",
        f"playground(sg.load({str(run)!r}).ema_generator, dataset={dataset!r}, state={state!r})",
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cell = nbformat.v4.new_code_cell("\n".join(source), id="playground")
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell], metadata=kernel))


def _free_port(asked):
    """The port itself, if it is free; any free one for None."""
    with socket.socket() as probe:
        try:
            probe.bind((HOST, asked or 0))
        except OSError as error:
            raise UserError(
                f"port {asked} cannot be used ({error.strerror}); choose another, or leave out --port"
            ) from error
        return probe.getsockname()[1]


def _end(server):
    """End a process, by force if it has not ended within 10 seconds."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
