"""stylegan-tf figures: the paper's figures from a run, and its report."""

from __future__ import annotations

from pathlib import Path

import stylegan_tf as sg
from stylegan_tf.figures.paper import write_paper_figures
from stylegan_tf.runs.report import write_report

HELP = "Draw the paper's figures from a run, and its report."
EXAMPLE = "stylegan-tf figures runs/x"


def add_arguments(parser) -> None:
    parser.add_argument("run", help="run folder")
    paper = "Figures 2, 3, 4, 5 and 8 at the paper's seeds, into RUN/figures"
    parser.add_argument("--paper", action="store_true", help=paper)


def run(args) -> int:
    """Draw the paper's figures, or write the report."""
    if args.paper:
        for path in write_paper_figures(sg.load(args.run).grown(), Path(args.run) / "figures"):
            print(f"wrote {path}", flush=True)
    else:
        print(f"wrote {write_report(sg.Run(args.run).path)}")
    return 0
