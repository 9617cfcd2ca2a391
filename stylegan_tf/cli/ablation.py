"""stylegan-tf ablation: the paper's Tables 1, 2 and 4 at any scale."""

from __future__ import annotations

from stylegan_tf.ablation.figure import ablation_figure
from stylegan_tf.ablation.plan import AblationPlan, fill_table, print_plan
from stylegan_tf.ablation.report import markdown
from stylegan_tf.ablation.table import METRICS, Table
from stylegan_tf.ablation.variants import named, variants
from stylegan_tf.cli.arguments import (
    add_data_arguments,
    add_settings_argument,
    names,
    parse_settings,
    positive,
    whole,
)
from stylegan_tf.cli.common import UserError, parse_seeds
from stylegan_tf.cli.outputs import check_not_read, folder_to_write, pictures_of
from stylegan_tf.data.names import NAMES, check_name
from stylegan_tf.figures.pages import save
from stylegan_tf.files import write_atomically
from stylegan_tf.runs.owner import owned

HELP = "Train and judge A to F, mixing or mapping depths; if stopped, it continues."
EXAMPLE = "stylegan-tf ablation --dataset digits --configs A-F --seeds 0,1 --kimg 60 --out ablation"


def add_arguments(parser) -> None:
    parser.add_argument("--preset", default="mnist32", help="what they change (default mnist32)")
    dataset = f"{NAMES}; a judge is shipped for digits and toyfaces (default digits)"
    parser.add_argument("--dataset", default="digits", help=dataset)
    add_data_arguments(parser, keeps="; also keeps drawn pictures")

    configs = "of Table 1, like A-F or A,C,F (default A-F, if nothing else is named)"
    parser.add_argument("--configs", help=configs)
    parser.add_argument("--mixing", help="probabilities of Table 2, like 0,0.5,0.9,1")
    parser.add_argument("--depth", help="mapping layers of Table 4, like 0,1,2,8")
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--kimg", type=positive, help="thousands of images, the same for all: the fair comparison"
    )
    length.add_argument("--minutes", type=positive, help="time, the same for all: another question")
    parser.add_argument("--seeds", default="0,1", help="runs of each (default 0,1)")

    metrics = "of fid, ppl, ls (default fid,ppl)"
    parser.add_argument("--metrics", type=names("--metrics", METRICS), default="fid,ppl", help=metrics)
    parser.add_argument("--samples", type=whole, default=10_000, help="images of FID (default 10000)")
    parser.add_argument("--pairs", type=whole, default=10_000, help="pairs of path length (default 10000)")
    latents = "also FID of images from this many latents, like 2,3,4 (Table 2)"
    parser.add_argument("--test-latents", metavar="N,...", help=latents)

    add_settings_argument(parser, "change a field in all of them")
    line = ("LINE", "FIELD=VALUE")
    one = "change a field in one: A loss=..."
    parser.add_argument("--set-for", nargs=2, action="append", default=[], metavar=line, help=one)
    out = "folder of the runs, the table and the figure"
    parser.add_argument("--out", type=folder_to_write, required=True, help=out)
    dry_run = "print the runs, their sizes and the time; train nothing"
    parser.add_argument("--dry-run", action="store_true", help=dry_run)
    report_only = "table and figure of the rows that are there"
    parser.add_argument("--report-only", action="store_true", help=report_only)


def run(args) -> int:
    """Train and judge one run after the other; the same command continues where it was stopped."""
    table = Table(args.out)
    if args.report_only:
        return report(table)
    plan = plan_of(args)
    if args.dry_run:
        print_plan(plan, table)
        return 0
    with owned(args.out, args.typed):
        fill_table(table, plan, command=args.typed)
        return report(table)


def when_stopped(args) -> str:
    """What is true when the command is stopped."""
    if args.dry_run or args.report_only:
        return "nothing was trained"
    return "the same command continues from here"


def plan_of(args) -> AblationPlan:
    """What the arguments ask for, checked before anything is trained.

    Raises:
        UserError: for latents that there are not, or a folder that is read too.
        ValueError: for another bad argument.
    """
    # The data.
    check_name(args.dataset)
    check_not_read([args.out], pictures_of(args.dataset))

    # Changes of single lines: --set-for LINE FIELD=VALUE, as often as needed.
    per_variant = {}
    for name, pair in args.set_for:
        per_variant.setdefault(named(name).name, {}).update(parse_settings([pair]))

    # FID of images from several latents, if it is asked for.
    latents = ()
    if args.test_latents is not None:
        latents = tuple(parse_seeds(args.test_latents, "--test-latents"))

    # The plan; its networks must have as many layers as latents are to be mixed.
    plan = AblationPlan(
        out=args.out,
        variants=variants(args.configs, args.mixing, args.depth),
        seeds=parse_seeds(args.seeds),
        preset=args.preset,
        dataset=args.dataset,
        settings=parse_settings(args.set),
        per_variant=per_variant,
        kimg=args.kimg,
        minutes=args.minutes,
        metrics=tuple(args.metrics),
        samples=args.samples,
        pairs=args.pairs,
        latents=latents,
        data_dir=args.data_dir,
        download=args.download,
    )
    for variant in plan.variants:
        layers = plan.config(variant, plan.seeds[0]).num_layers
        if plan.latents and not 1 <= min(plan.latents) <= max(plan.latents) <= layers:
            raise UserError(f"--test-latents {args.test_latents}: {layers} layers take 1 to {layers}")
    return plan


def report(table: Table) -> int:
    """Print and write the table in words, and its figure."""
    about, rows = table.about(), table.rows()
    if not rows:
        raise UserError(
            f"{table.folder} has no finished run yet; the same command without --report-only trains them"
        )
    text = markdown(rows, about)
    write_atomically(table.folder / "ablation.md", text.encode(errors="replace"))
    picture = save(ablation_figure(rows, about), table.folder / "ablation.png")
    print(f"{text}\nwrote {table.folder / 'ablation.csv'}, {table.folder / 'ablation.md'} and {picture}")
    return 0
