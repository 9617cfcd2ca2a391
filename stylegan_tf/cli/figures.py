"""stylegan-tf figures: the paper's figures from a run, and its report."""

from __future__ import annotations

import stylegan_tf as sg
from stylegan_tf.cli.arguments import folder_to_read
from stylegan_tf.cli.outputs import folder_to_write
from stylegan_tf.figures.paper import write_paper_figures
from stylegan_tf.runs.report import training_pictures, write_report

HELP = "Draw the paper's figures from a run, and its report."
EXAMPLE = "stylegan-tf figures runs/x"


def add_arguments(parser) -> None:
    parser.add_argument("run", type=folder_to_read, help="run folder")
    paper = "Figures 2, 3, 4, 5 and 8 at the paper's seeds, into RUN/figures"
    parser.add_argument("--paper", action="store_true", help=paper)


def run(args) -> int:
    """Draw the paper's figures, or write the report."""
    run = sg.Run(args.run)
    _ = run.info  # a folder that holds no run is refused as such
    folder = folder_to_write(str(run.path / "figures"))
    if args.paper:
        for path in write_paper_figures(sg.load(run.path).grown(), folder):
            print(f"wrote {path}", flush=True)
    else:
        print(f"wrote {write_report(run.path, data=pictures(run))}")
    return 0


def pictures(run: sg.Run):
    """The folder that a run learned from, for the report; None for other data, or if it is not here."""
    if not run.info["dataset"].startswith("folder:"):
        return None
    try:
        return training_pictures(run)
    except (FileNotFoundError, ValueError) as error:
        print(f"the report shows no training pictures: {error}", flush=True)
        return None


def when_stopped(args) -> str:
    """What is true when the command is stopped."""
    return f"the figures that were finished are in {args.run / 'figures'}"
