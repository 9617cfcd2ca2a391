"""From an empty environment that has only the wheel: what its users do works, in any folder.

Takes minutes: make test-wheel.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import stylegan_tf

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
HIDES = (
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "PYTHONDONTWRITEBYTECODE",
)  # would show or slow what is tested
CLEAN = {name: value for name, value in os.environ.items() if name not in HIDES}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """bin/ of an environment with stylegan-tf[course] from the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True
    )
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    bin = folder / "venv/bin"
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        command = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", bin / "python"]
    else:
        command = [bin / "python", "-m", "pip", "install", "--quiet"]
    begun = time.perf_counter()
    subprocess.run([*command, "-c", ROOT / "constraints.txt", f"{wheel}[course]"], env=CLEAN, check=True)
    print(
        f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, installed in {time.perf_counter() - begun:.0f} s"
    )
    return bin


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    return tmp_path_factory.mktemp("elsewhere")


def run(command, folder, **env):
    """What a command prints; it must end well."""
    done = subprocess.run(command, cwd=folder, env=CLEAN | env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def test_the_package_is_that_of_the_wheel(installed, elsewhere):
    code = "import stylegan_tf as sg; print(sg.__version__, sg.__file__)"
    version, file = run([installed / "python", "-c", code], elsewhere).split()
    assert version == stylegan_tf.__version__
    assert Path(file).is_relative_to(installed.parent)


def test_the_shipped_digits_generator_draws(installed, elsewhere):
    code = (
        "import numpy as np, stylegan_tf as sg\n"
        "x = np.asarray(sg.pretrained('mnist32').ema_generator(sg.latents.from_seeds(range(4), 64)))\n"
        "print(x.shape, x.std() > 0.3, len(sg.data.load_digits().images))"
    )
    assert run([installed / "python", "-c", code], elsewhere).strip() == "(4, 32, 32, 1) True 10000"


def test_the_demo_trains_and_writes_its_report(installed, elsewhere):
    said = run([installed / "stylegan-tf", "demo", "--kimg", "2"], elsewhere)
    assert "FID" in said
    assert (elsewhere / "runs/mnist32/report.html").stat().st_size > 10_000


def test_lab_copies_the_lessons_and_keeps_what_was_changed(installed, elsewhere):
    command = [installed / "stylegan-tf", "lab", "lessons", "--copy-only"]
    assert f"{len(NOTEBOOKS)} copied" in run(command, elsewhere)
    mine = elsewhere / "lessons" / NOTEBOOKS[0]
    mine.write_text(mine.read_text("utf-8").replace("Start here", "My notes"), "utf-8")
    assert f"1 kept as you changed them ({NOTEBOOKS[0]}" in run(command, elsewhere)
    assert "My notes" in mine.read_text("utf-8")


def test_a_copied_lesson_runs(installed, elsewhere):
    run([installed / "stylegan-tf", "lab", "copied", "--copy-only"], elsewhere)
    command = [
        installed / "jupyter",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--output",
        "done",
        f"copied/{NOTEBOOKS[0]}",
    ]
    run(command, elsewhere, STYLEGAN_TF_PROFILE="test")
    cells = json.loads((elsewhere / "copied/done.ipynb").read_text("utf-8"))["cells"]
    assert "✓ correct" in json.dumps(cells, ensure_ascii=False)


def test_lab_serves_the_lessons_in_jupyterlab(installed, elsewhere, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"open_browser": False, "port": port, "allow_root": True}
    settings = {"ServerApp": quiet, "LabApp": {"open_browser": False}, "IdentityProvider": {"token": "x"}}
    (tmp_path / "jupyter_server_config.json").write_text(json.dumps(settings))
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [installed / "stylegan-tf", "lab", "served"],
            cwd=elsewhere,
            env=CLEAN | {"JUPYTER_CONFIG_DIR": str(tmp_path)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        listed = json.loads(_read(f"http://127.0.0.1:{port}/api/contents?token=x", server, tmp_path / "log"))
        assert sorted(entry["name"] for entry in listed["content"]) == NOTEBOOKS
        assert "JupyterLab" in _read(f"http://127.0.0.1:{port}/lab?token=x", server, tmp_path / "log")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def _read(address, server, log, seconds=120):
    """A page, as soon as the server answers."""
    for _ in range(seconds):
        try:
            with urllib.request.urlopen(address, timeout=30) as page:
                return page.read().decode()
        except OSError:
            assert server.poll() is None, log.read_text()[-2000:]
            time.sleep(1)
    raise AssertionError(log.read_text()[-2000:])
