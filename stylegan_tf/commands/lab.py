"""stylegan-tf lab."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from stylegan_tf.commands.common import UserError
from stylegan_tf.shipped_notebooks import copy_notebooks


def lab(args) -> int:
    folder = Path(args.folder)
    print(f"{folder}: {copy_notebooks(folder, args.student)}", flush=True)
    if args.copy_only:
        return 0
    if not importlib.util.find_spec("jupyterlab"):
        raise UserError(
            "JupyterLab is not installed: pip install 'stylegan-tf[course]'; the notebooks open in any other editor too"
        )
    return subprocess.call([sys.executable, "-m", "jupyter", "lab", str(folder)])
