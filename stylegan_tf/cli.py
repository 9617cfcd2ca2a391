"""The command ``stylegan-tf``: its arguments, its exit codes. commands/ does the work."""

from __future__ import annotations

import argparse
import sys

from stylegan_tf import commands, directions, projection
from stylegan_tf.commands.argument_types import memory as _memory
from stylegan_tf.commands.argument_types import model as _model
from stylegan_tf.commands.argument_types import names as _names
from stylegan_tf.commands.argument_types import port as _port
from stylegan_tf.commands.argument_types import positive as _positive
from stylegan_tf.commands.argument_types import whole as _whole
from stylegan_tf.data import NAMES

RUN = "run folder, checkpoint, .keras file or the name of a shipped model"
EXAMPLES = {
    "train": "stylegan-tf train --preset mnist32 --dataset digits --out runs/x --minutes 10",
    "generate": "stylegan-tf generate runs/x --seeds 0-99 --psi 0.7 --out sheet.png",
    "figures": "stylegan-tf figures runs/x",
    "evaluate": "stylegan-tf evaluate runs/x --metrics fid,kid,pr,ppl --out result.json",
    "info": "stylegan-tf info runs/x",
    "plan": "stylegan-tf plan --preset ffhq256 --gpus 4 --gpu-memory 24GB",
    "records": "stylegan-tf records ffhq:ffhq-dataset data/ffhq256 --resolution 256",
    "import": "stylegan-tf import karras2019stylegan-ffhq-1024x1024.pkl runs/ffhq",
    "demo": "stylegan-tf demo --minutes 10 --out runs/mnist32",
    "project": "stylegan-tf project runs/x seven.png two.png --space w --out projected",
    "edit": "stylegan-tf edit runs/x --seeds 0-7 --attribute slant --strengths -3:3 --out sheet.png",
    "lab": "stylegan-tf lab notebooks",
    "playground": "stylegan-tf playground runs/x --state 'seed=3 psi=0.7 styles=5@4-7'",
    "ablation": "stylegan-tf ablation --dataset digits --configs A-F --seeds 0,1 --kimg 60 --out ablation",
    "doctor": "stylegan-tf doctor photos --resolution 64 --sheet contact.png",
}


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 done, 1 training failed or can not start, 2 a bad argument."""
    args = parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
    try:
        return args.run_command(args) or 0
    except (FloatingPointError, ConnectionError) as error:
        return _fail(error, 1)
    except (commands.UserError, ValueError, FileNotFoundError, ImportError, OSError) as error:
        return _fail(error, 2)
    except KeyboardInterrupt:
        return _fail("stopped; the same command with --resume goes on", 130)


def _joined(argv):
    """``--strengths -3:3`` as one argument: argparse takes a second one that starts with a minus for an option."""
    argv = list(argv)
    if "--strengths" in argv[:-1]:
        i = argv.index("--strengths")
        argv[i : i + 2] = [f"--strengths={argv[i + 1]}"]
    return argv


def _fail(message, code):
    print(f"stylegan-tf: {message}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    top = argparse.ArgumentParser(prog="stylegan-tf", description="StyleGAN in Keras: train it, look at it, take it apart.")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name, function, text):
        command = subparsers.add_parser(name, help=text, description=text, epilog=f"example: {EXAMPLES[name]}")
        command.set_defaults(run_command=function)
        return command

    train = add("train", commands.train, "Train a StyleGAN.")
    train.add_argument("--preset", default="mnist32", help="starting configuration (default mnist32)")
    train.add_argument("--dataset", default="digits", help=f"{NAMES} (default digits)")
    train.add_argument("--data-dir", help="where tensorflow-datasets has its data; also keeps drawn or decoded pictures")
    train.add_argument("--download", action="store_true", help="allow tensorflow-datasets to download")
    train.add_argument("--out", required=True, help="folder of the run")
    train.add_argument("--init", metavar="MODEL", help="start from a trained one: a run, a file, or the name of a shipped model")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=_positive, help="time box: measure this machine, plan, stop on time")
    length.add_argument("--kimg", type=_positive, help="thousands of images; the preset's schedule is scaled to it")
    train.add_argument("--seed", type=int, help="seed of every random draw (default the preset's)")
    train.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="change a field of the configuration")
    train.add_argument("--resume", action="store_true", help="go on from the last checkpoint, if there is one")
    train.add_argument("--dry-run", action="store_true", help="print plan, parameters and memory; train nothing")
    where = train.add_mutually_exclusive_group()
    where.add_argument(
        "--gpus", type=_whole, metavar="N", help="GPUs of this machine; ffhq presets take the official batch sizes"
    )
    where.add_argument(
        "--devices", type=_names, metavar="NAMES", help="such as gpu:0,gpu:2, or cpu:0,cpu:1 to try it without GPUs"
    )
    train.add_argument("--slurm", action="store_true", help="the tasks of a Slurm job train together (as with TF_CONFIG)")
    train.add_argument("--precision", choices=["float32", "float16", "bfloat16"], help="of the networks (default the preset's)")
    train.add_argument("--xla", action="store_true", help="compile each step with XLA (one device)")
    train.add_argument("--quiet", action="store_true", help="a line per tick instead of a progress bar")

    generate = add("generate", commands.generate, "Save a sheet of generated images.")
    generate.add_argument("run", type=_model, help=RUN)
    generate.add_argument("--seeds", default="0-99", help="like 0-99 or 3,5,8 (default 0-99)")
    generate.add_argument("--psi", type=float, default=1.0, help="truncation; 1 is none (default 1)")
    generate.add_argument("--cutoff", type=int, help="number of truncated layers (default all)")
    generate.add_argument("--noise", choices=["fixed", "random", "none"], default="fixed")
    generate.add_argument("--scale", type=_whole, default=2, help="enlarge each pixel (default 2)")
    generate.add_argument("--out", default="sheet.png", help="a .png or .webp file (default sheet.png)")

    figures = add("figures", commands.figures, "Draw the paper's figures from a run, and its report.")
    figures.add_argument("run", help="run folder")
    figures.add_argument("--paper", action="store_true", help="Figures 2, 3, 4, 5 and 8 at the paper's seeds, into RUN/figures")
    evaluate = add("evaluate", commands.evaluate, "Measure a trained generator: a table, a JSON file and a figure.")
    evaluate.add_argument("run", type=_model, help=RUN)
    evaluate.add_argument("--metrics", default="fid,kid,pr,ppl,ls", help="of fid, kid, pr, ppl, ls (default all)")
    evaluate.add_argument("--out", default="result.json", help="a JSON file; the figure goes beside it (default result.json)")
    evaluate.add_argument("--samples", type=_whole, default=10_000, help="images, and pairs of path length (default 10000)")
    evaluate.add_argument("--seed", type=int, default=0)
    evaluate.add_argument("--floors", action="store_true", help="also compare halves of the real images with each other")
    evaluate.add_argument("--cache", metavar="FOLDER", help="keep the statistics of real images there, for FID alone")
    evaluate.add_argument("--dataset", help="what to compare with (default the run's own data)")
    evaluate.add_argument("--data-dir", help="where tensorflow-datasets keeps its data")
    evaluate.add_argument("--download", action="store_true", help="allow tensorflow-datasets to download")
    info = add("info", commands.info, "Print what a run, or a preset, is.")
    info.add_argument("run", nargs="?", help="run folder; without it, the presets")
    info.add_argument("--preset", help="print the networks of a preset")
    info.add_argument(
        "--cheat-sheet", metavar="PICTURE", help="draw the architecture on a page instead, with the run's or preset's sizes"
    )

    plan = add(
        "plan", commands.plan, "Memory and days of a training run before it begins; the exit code is 1 if it does not fit."
    )
    plan.add_argument("--preset", default="ffhq1024", help="configuration to plan (default ffhq1024)")
    plan.add_argument("--gpus", type=_whole, default=1, help="equal GPUs (default 1)")
    plan.add_argument("--gpu-memory", type=_memory, help="of each, like 24GB: also gives the largest batch")
    plan.add_argument("--batch", type=_whole, help="images per GPU and step (default the official ones for so many GPUs)")
    speed = plan.add_mutually_exclusive_group()
    speed.add_argument("--tflops", type=_positive, help="TFLOP/s of a GPU (default: V100s, fitted to the published times)")
    speed.add_argument("--measure", action="store_true", help="measure this machine on the stage 16x16 of this network")
    plan.add_argument("--kimg", type=_positive, help="thousands of images; the preset's schedule is scaled to it")
    plan.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="change a field of the configuration")

    records = add("records", commands.records, "Write a data set as the official TFRecords; the same command goes on if stopped.")
    records.add_argument("dataset", help=NAMES)
    records.add_argument("out", help="folder to make, which --dataset tfrecords:OUT then reads")
    records.add_argument("--data-dir", help="where tensorflow-datasets keeps its data")
    records.add_argument("--download", action="store_true", help="allow tensorflow-datasets to download")
    records.add_argument("--resolution", type=_whole, help="side of the largest level (default that of the data)")
    records.add_argument("--in-order", action="store_true", help="keep the order; by default it is shuffled as the official one")
    records.add_argument("--workers", type=_whole, help="threads (default one for each processor)")
    records.add_argument("--restart", action="store_true", help="delete what an interrupted call left, and start anew")

    imported = add("import", commands.import_official, "Turn an official StyleGAN pickle into a run. Nothing in it is executed.")
    imported.add_argument("pickle", help="a .pkl file of (G, D, Gs)")
    imported.add_argument("out", help="folder of the run, or a checkpoint file (.npz)")

    project = add("project", commands.project, "Find the latents that draw given pictures.")
    project.add_argument("run", type=_model, help=RUN)
    project.add_argument("images", nargs="+", metavar="IMAGE", help="square pictures of what the generator draws")
    project.add_argument("--space", choices=projection.SPACES, default="w", help="where to search (default w)")
    project.add_argument("--steps", type=_whole, default=500, help="steps of the search (default 500)")
    starts = "the mean of w (default), the nearest of 1,000 drawn images, or an encoder's guess (it is trained first: minutes)"
    project.add_argument("--start", choices=["mean", "nearest", "encoder"], default="mean", help=starts)
    project.add_argument("--noise-maps", action="store_true", help="search the noise maps too")
    project.add_argument("--seed", type=int, default=0, help="seed of every random draw (default 0)")
    project.add_argument("--out", default="projected", help="a folder (default projected)")

    edit = add("edit", commands.edit, "Save a sheet of edits along the direction of an attribute.")
    edit.add_argument("run", type=_model, help=RUN)
    edit.add_argument("--attribute", required=True, help="such as slant, thickness or 'digit 7' for digits")
    edit.add_argument("--seeds", default="0-7", help="images to edit (default 0-7)")
    edit.add_argument("--projected", metavar="FILE", help="edit a projection.npz of stylegan-tf project instead")
    edit.add_argument("--strengths", default="-3:3", help="in deviations: -3:3, -3:3:0.5 or -2,0,2 (default -3:3)")
    edit.add_argument("--method", choices=directions.METHODS, default="regression", help="default regression")
    edit.add_argument("--hold", metavar="NAME,...", help="attributes that the direction leaves alone")
    edit.add_argument("--layers", help="styled layers to edit, like 0-3 (default all)")
    edit.add_argument("--samples", type=_whole, default=4000, help="images that the direction is found from (default 4000)")
    edit.add_argument("--dataset", help="what the run learned from (default: as the run or the file says)")
    edit.add_argument("--out", default="sheet.png", help="a PNG file (default sheet.png)")

    ablation = add("ablation", commands.ablation, "Train and judge A to F, mixing or mapping depths; stopped, it goes on.")
    ablation.add_argument("--preset", default="mnist32", help="what they change (default mnist32)")
    ablation.add_argument(
        "--dataset", default="digits", help=f"{NAMES}; a judge is shipped for digits and toyfaces (default digits)"
    )
    ablation.add_argument("--data-dir", help="where tensorflow-datasets has its data; also keeps drawn pictures")
    ablation.add_argument("--download", action="store_true", help="allow tensorflow-datasets to download")
    ablation.add_argument("--configs", help="of Table 1, like A-F or A,C,F (default A-F, if nothing else is named)")
    ablation.add_argument("--mixing", help="probabilities of Table 2, like 0,0.5,0.9,1")
    ablation.add_argument("--depth", help="mapping layers of Table 4, like 0,1,2,8")
    length = ablation.add_mutually_exclusive_group()
    length.add_argument("--kimg", type=_positive, help="thousands of images, the same for all: the fair comparison")
    length.add_argument("--minutes", type=_positive, help="time, the same for all: another question")
    ablation.add_argument("--seeds", default="0,1", help="runs of each (default 0,1)")
    ablation.add_argument("--metrics", default="fid,ppl", help="of fid, ppl, ls (default fid,ppl)")
    ablation.add_argument("--samples", type=_whole, default=10_000, help="images of FID (default 10000)")
    ablation.add_argument("--pairs", type=_whole, default=10_000, help="pairs of path length (default 10000)")
    ablation.add_argument("--test-latents", metavar="N,...", help="also FID of images from so many latents, like 2,3,4 (Table 2)")
    ablation.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="change a field in all of them")
    line = ("LINE", "FIELD=VALUE")
    ablation.add_argument(
        "--set-for", nargs=2, action="append", default=[], metavar=line, help="change a field in one: A loss=..."
    )
    ablation.add_argument("--out", required=True, help="folder of the runs, the table and the figure")
    ablation.add_argument("--dry-run", action="store_true", help="print the runs, their sizes and the time; train nothing")
    ablation.add_argument("--report-only", action="store_true", help="table and figure of the rows that are there")

    demo = add("demo", commands.demo, "Train digits from 4x4 to 32x32, then write a report.")
    length = demo.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=_positive, default=10.0, help="training time (default 10)")
    length.add_argument("--kimg", type=_positive, help="thousands of images instead of a time: the same on every machine")
    demo.add_argument("--out", default="runs/mnist32", help="folder of the run (default runs/mnist32)")
    demo.add_argument("--seed", type=int, default=0)
    lab = add("lab", commands.lab, "Copy the notebooks to a folder of yours, and open it in JupyterLab.")
    lab.add_argument("folder", nargs="?", default="notebooks", help="made if missing; what you changed stays (default notebooks)")
    lab.add_argument("--student", action="store_true", help="the notebooks without the solutions")
    lab.add_argument("--copy-only", action="store_true", help="do not open JupyterLab")

    playground = add("playground", commands.playground, "Open a page with all dials of a trained generator, through voila.")
    playground.add_argument(
        "run", nargs="?", type=_model, help="run folder, checkpoint, .keras file or the name of a shipped model (default mnist32)"
    )
    playground.add_argument("--dataset", help="what the run learned from, for the sliders (default: as the run or the file says)")
    playground.add_argument("--state", default="", help="settings to begin with, as the page shows them")
    playground.add_argument("--port", type=_port, help="of this machine (default any that is free)")
    playground.add_argument("--no-browser", action="store_true", help="print the address, open nothing")

    doctor = add("doctor", commands.doctor, "Examine a folder of pictures; the exit code is 0 if training can start, else 1.")
    doctor.add_argument("path", help="folder of pictures, with or without sub-folders")
    doctor.add_argument("--resolution", type=_whole, help="side to judge (default the largest that 95 %% of the pictures reach)")
    doctor.add_argument("--sheet", metavar="PNG", help="save up to 64 pictures as training would see them")
    return top
