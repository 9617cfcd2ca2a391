"""stylegan-tf edit: a sheet of edits along the direction of an attribute."""

from __future__ import annotations

import numpy as np

from stylegan_tf.cli.arguments import MODEL, file_to_read, model, names, whole
from stylegan_tf.cli.common import UserError, dataset_of, load_finished, parse_seeds, write_figure
from stylegan_tf.cli.outputs import file_to_write
from stylegan_tf.editing.attributes import Attributes, edit_sheet, reader_of
from stylegan_tf.latents.directions import METHODS
from stylegan_tf.metrics.entanglement import read_styles
from stylegan_tf.networks.sampling import styles_of

HELP = "Save a sheet of edits along the direction of an attribute."
EXAMPLE = "stylegan-tf edit runs/x --seeds 0-7 --attribute slant --strengths -3:3 --out sheet.png"


def add_arguments(parser) -> None:
    parser.add_argument("run", type=model, help=MODEL)
    attribute = "such as slant, thickness or 'digit 7' for digits"
    parser.add_argument("--attribute", required=True, help=attribute)
    parser.add_argument("--seeds", default="0-7", help="images to edit (default 0-7)")
    projected = "edit a projection.npz of stylegan-tf project instead"
    parser.add_argument("--projected", type=file_to_read, metavar="FILE", help=projected)
    strengths = "in deviations: -3:3, -3:3:0.5 or -2,0,2 (default -3:3)"
    parser.add_argument("--strengths", default="-3:3", help=strengths)
    parser.add_argument("--method", choices=METHODS, default="regression", help="default regression")
    hold = "attributes that the direction leaves alone"
    parser.add_argument("--hold", type=names("--hold"), default=[], metavar="NAME,...", help=hold)
    parser.add_argument("--layers", help="styled layers to edit, like 0-3 (default all)")
    samples = "images that the direction is found from (default 4000)"
    parser.add_argument("--samples", type=whole, default=4000, help=samples)
    parser.add_argument("--dataset", help="what the run learned from (default: as the run or the file says)")
    out = "a PNG file (default sheet.png)"
    parser.add_argument("--out", type=file_to_write(".png"), default="sheet.png", help=out)


def run(args) -> int:
    """Edit images along a direction, and save them as a sheet."""
    # What to edit: seeds, or pictures that were projected.
    strengths = parse_strengths(args.strengths)
    layers = None if args.layers is None else parse_seeds(args.layers, "--layers")
    seeds = None if args.projected else parse_seeds(args.seeds)
    dataset = args.dataset
    if dataset is None:
        dataset = dataset_of(args.run, required=True)
    check_method(args.method, args.hold)
    read = reader_of(dataset)
    generator = load_finished(args.run).ema_generator
    check_layers(layers, generator.config.num_layers)
    check_attributes([args.attribute, *args.hold], generator, read)
    if args.projected:
        ws, names = read_projection(args.projected, generator)
    else:
        ws = styles_of(generator, seeds)
        names = [f"seed {seed}" for seed in seeds]

    # The direction, and the sheet.
    print(f"reading {args.samples:,} generated images", flush=True)
    attributes = Attributes(generator, read, args.samples)
    direction = attributes.direction(args.attribute, args.method, args.hold)
    figure = edit_sheet(generator, ws, direction, strengths, args.attribute, read, names, layers)
    write_figure(figure, args.out)
    print(
        f"{args.attribute} of {len(ws)} images at {len(strengths)} strengths, by {args.method}, in {args.out}"
    )
    return 0


def check_method(method: str, hold: list[str]) -> None:
    """Raise UserError for a method that needs attributes to hold and has none, or cannot hold any."""
    if method == "balanced" and not hold:
        raise UserError("--method balanced needs attributes to hold; name them with --hold")
    if hold and method not in ("balanced", "regression"):
        raise UserError(
            f"--method {method} holds no attributes; leave --hold out, or choose --method regression"
        )


def check_layers(layers: list[int] | None, count: int) -> None:
    """Raise UserError for a layer that a network of ``count`` layers does not have."""
    if layers is not None and max(layers) >= count:
        raise UserError(f"--layers names layer {max(layers)}; this network has layers 0 to {count - 1}")


def check_attributes(wanted: list[str], generator, read) -> None:
    """Raise UserError for an attribute that is not read in an image, before thousands are drawn."""
    known = read_styles(generator, styles_of(generator, [0]), read)
    for name in wanted:
        if name not in known:
            raise UserError(f"there is no attribute '{name}'; choose from {', '.join(known)}")


def parse_strengths(text: str) -> list[float]:
    """The strengths of a text: "-3:3" -> [-3, -2, ..., 3]; "-3:3:1.5" has steps of 1.5; "-1,0,2" is a list.

    Raises:
        ValueError: for a text of another form, and for more than 100 strengths.
    """
    try:
        if ":" not in text:
            return [float(part) for part in text.split(",")]

        # A range; its end belongs to it in spite of rounding.
        low, high, *step = (float(part) for part in text.split(":"))
        step = step[0] if step else 1.0
        count = int(np.floor((high - low) / step + 1e-9)) + 1
        if not 1 <= count <= 100:
            raise ValueError
        return [float(low + i * step) for i in range(count)]
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"--strengths {text} is not like -3:3, -3:3:0.5 or -2,0,2") from error


def read_projection(path, generator):
    """The ws (N, L, w_dim) and the names of what ``stylegan-tf project`` found.

    Raises:
        ValueError: for another file, and for the styles of another network.
    """
    try:
        with np.load(path) as file:
            ws = file["ws"]
            names = [str(name)[-24:] for name in file["names"]]  # as much as fits a label
            if "noise0" in file:
                print(f"{path} has noise maps of its own; the edits are drawn with the stored noise instead")
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is no projection; stylegan-tf project writes projection.npz") from error
    expected = (generator.config.num_layers, generator.config.w_dim)
    if ws.shape[1:] != expected:
        raise ValueError(
            f"{path} holds styles of shape {ws.shape[1:]}; this generator expects {expected}: "
            "project with the same run"
        )
    return ws, names
