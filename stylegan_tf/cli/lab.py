"""stylegan-tf lab: the notebooks in a folder of your own, in JupyterLab."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

from stylegan_tf.cli.common import UserError
from stylegan_tf.cli.outputs import folder_to_write
from stylegan_tf.course.shipped_notebooks import copy_notebooks

HELP = "Copy the notebooks to a folder of yours, and open it in JupyterLab."
EXAMPLE = "stylegan-tf lab notebooks"


def add_arguments(parser) -> None:
    folder = "made if missing; what you changed stays (default notebooks)"
    parser.add_argument("folder", nargs="?", type=folder_to_write, default="notebooks", help=folder)
    parser.add_argument("--student", action="store_true", help="the notebooks without the solutions")
    parser.add_argument("--copy-only", action="store_true", help="do not open JupyterLab")


def run(args) -> int:
    """Copy the notebooks, and open JupyterLab until it is closed."""
    print(f"{args.folder}: {copy_notebooks(args.folder, args.student)}", flush=True)
    if args.copy_only:
        return 0
    if not importlib.util.find_spec("jupyterlab"):
        raise UserError(
            "JupyterLab is not installed: pip install 'stylegan-tf[course]'; "
            "the notebooks open in any other editor too"
        )
    return subprocess.call([sys.executable, "-m", "jupyter", "lab", str(args.folder)])


def when_stopped(args) -> str:
    """What is true when the command is stopped."""
    return f"the notebooks that were copied are in {args.folder}"
