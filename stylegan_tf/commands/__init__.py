"""What each command of ``stylegan-tf`` does; ``args`` are as cli.py parses them. Each returns an exit code."""

from stylegan_tf.commands.ablating import ablation
from stylegan_tf.commands.common import UserError, parse_seeds, parse_settings
from stylegan_tf.commands.editing import edit, project
from stylegan_tf.commands.lab import lab
from stylegan_tf.commands.looking import evaluate, figures, generate, info
from stylegan_tf.commands.plan import gigabytes, plan
from stylegan_tf.commands.playing import playground
from stylegan_tf.commands.sources import doctor, import_official, records
from stylegan_tf.commands.training import demo, train

__all__ = [
    "UserError",
    "ablation",
    "demo",
    "doctor",
    "edit",
    "evaluate",
    "figures",
    "generate",
    "gigabytes",
    "import_official",
    "info",
    "lab",
    "parse_seeds",
    "parse_settings",
    "plan",
    "playground",
    "project",
    "records",
    "train",
]
