"""stylegan-tf playground: the page that it writes runs; what cannot be shown is said before a server starts."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from support.helpers import SMALL

import stylegan_tf as sg
from stylegan_tf.cli import playground as playing
from stylegan_tf.cli.main import main

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def no_server(monkeypatch):
    """The command up to its server: what it would have started, and the page it wrote."""
    started = {}

    class Server:
        def __init__(self, command, cwd):
            started.update(
                command=command, page=nbformat.read(f"{cwd}/playground.ipynb", as_version=4), folder=Path(cwd)
            )

        def wait(self):
            return 0

        def poll(self):
            return 0

    monkeypatch.setattr(playing.subprocess, "Popen", Server)
    return started


def test_the_page_of_a_run_runs_from_any_folder(tmp_path, no_server, monkeypatch):
    gan = sg.StyleGAN(SMALL)
    gan.compile()
    run = sg.Run(tmp_path / "it's a run")
    run.describe(SMALL, dataset="folder:cats")
    run.save(gan)
    monkeypatch.chdir(tmp_path)
    assert main(["playground", "it's a run", "--state", "seed=3 psi=0.5", "--no-browser"]) == 0
    assert {"voila", "playground.ipynb", "--no-browser"} < set(no_server["command"])
    assert not no_server["folder"].exists()
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    page = no_server["page"]
    NotebookClient(
        page, timeout=120, kernel_name="python3", resources={"metadata": {"path": os.sep}}
    ).execute()
    (output,) = page.cells[0].outputs
    assert output["data"]["text/plain"].startswith("(a widget with the controls seed, psi, cutoff")


def test_without_a_run_the_page_shows_the_shipped_digits(no_server):
    assert main(["playground", "--state", "slant=1"]) == 0
    source = no_server["page"].cells[0].source
    assert "mnist32.npz" in source and "dataset='digits'" in source and "state='slant=1'" in source


def test_a_state_is_read_before_a_server_starts(no_server, capsys):
    assert main(["playground", "--state", "sed=1"]) == 2
    assert "did you mean 'seed'?" in capsys.readouterr().err
    assert main(["playground", "--state", "cutoff=9"]) == 2
    assert "this network has 8 layers" in capsys.readouterr().err
    assert not no_server


def test_a_port_in_use_is_named(no_server, capsys):
    with socket.socket() as other:
        other.bind((playing.HOST, 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert main(["playground", "--port", port]) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err


def test_a_port_is_a_whole_number(capsys):
    with pytest.raises(SystemExit):
        main(["playground", "--port", "99999"])
    assert "'99999' is not a port" in capsys.readouterr().err


def test_without_voila_the_extra_is_named(monkeypatch, capsys):
    monkeypatch.setattr(playing.importlib.util, "find_spec", lambda name: None)
    assert main(["playground"]) == 2
    assert 'pip install "stylegan-tf[course]"' in capsys.readouterr().err


def listens(port):
    try:
        socket.create_connection((playing.HOST, port), 1).close()
    except OSError:
        return False
    return True


def test_whoever_ends_the_command_ends_its_server(tmp_path):
    """The real thing: voila serves, the command gets SIGTERM, nothing is left."""
    with socket.socket() as probe:
        probe.bind((playing.HOST, 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "stylegan_tf", "playground", "--no-browser", "--port", str(port)]
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        while not listens(port):
            assert server.poll() is None, (tmp_path / "log").read_text()[-2000:]
            time.sleep(0.2)
        server.terminate()
        assert server.wait(30) == 0
    finally:
        if server.poll() is None:
            server.kill()
    assert not list(tmp_path.glob("stylegan-tf-*"))
    assert not listens(port)
