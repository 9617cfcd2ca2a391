"""stylegan-tf info: what a run, or a preset, is."""

from __future__ import annotations

import dataclasses

import stylegan_tf as sg
from stylegan_tf.cli.arguments import folder_to_read
from stylegan_tf.cli.common import UserError, write_figure
from stylegan_tf.cli.outputs import file_to_write
from stylegan_tf.figures.cheat_sheet import cheat_sheet

HELP = "Print what a run, or a preset, is."
EXAMPLE = "stylegan-tf info runs/x"


def add_arguments(parser) -> None:
    parser.add_argument("run", nargs="?", type=folder_to_read, help="run folder; without it, the presets")
    parser.add_argument("--preset", help="print the networks of a preset")
    sheet = "draw the architecture on a page instead, with the run's or preset's sizes"
    page = file_to_write(".png", ".pdf", ".svg")
    parser.add_argument("--cheat-sheet", type=page, metavar="PICTURE", help=sheet)


def run(args) -> int:
    """Print a run, a preset, or the list of presets; or draw the cheat sheet."""
    if args.cheat_sheet:
        draw_cheat_sheet(args)
    elif args.run:
        print_run(sg.Run(args.run))
    elif args.preset is not None:
        gan = sg.StyleGAN(sg.preset(args.preset))
        gan.summary()
        print(gan.schedule)
    else:
        for name, config in sg.PRESETS.items():
            side = config.resolution
            print(f"{name:14} {side}x{side}x{config.channels}, {config.total_kimg:g} kimg")
    return 0


def draw_cheat_sheet(args) -> None:
    """Draw the architecture of a run or a preset on a page."""
    if args.run is None and args.preset is None:
        raise UserError(
            "a cheat sheet is drawn for sizes: name a run or a --preset, such as --preset ffhq1024"
        )
    config = sg.Run(args.run).config if args.run else sg.preset(args.preset)
    write_figure(cheat_sheet(config), args.cheat_sheet)
    print(f"the architecture on a page in {args.cheat_sheet}")


def print_run(folder: sg.Run) -> None:
    """Print where a run came from, what its Config changes, its last tick and its schedule."""
    info = folder.info
    rows = folder.history()
    config = folder.config
    print(f"{folder.path}: {info['dataset']}, made by: {info['command']}")
    official = sg.Config()
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if value != getattr(official, field.name):
            print(f"  {field.name} = {value}")
    if rows:
        print("  last tick: " + ", ".join(f"{name} {value:.4g}" for name, value in rows[-1].items()))
    print(sg.Schedule(config))
