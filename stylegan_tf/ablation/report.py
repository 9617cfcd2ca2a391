"""An ablation in words: means with errors, and what each change is worth, or that it is too close to call."""

from __future__ import annotations

from stylegan_tf.ablation.comparison import Mean, compare, means, quantile, with_error
from stylegan_tf.ablation.variants import PAPER, Variant, named

TITLES = {
    "configuration": "Configurations A to F",
    "mixing": "Mixing regularisation",
    "depth": "Depth of the mapping network",
}
FIRST = ("variant", "seed", "kimg", "minutes", "parameters", "failed")


def groups(rows: list[dict]) -> dict[str, list[Variant]]:
    """The lines that rows are of, in order: title of the group -> its Variants."""
    found = [named(name) for name in {row["variant"]: None for row in rows}]
    kinds = list(TITLES)
    found.sort(
        key=lambda v: (
            kinds.index(v.group),
            list(v.changes.values())[0] if v.group != "configuration" else v.name,
        )
    )
    return {
        kind: [v for v in found if v.group == kind] for kind in kinds if any(v.group == kind for v in found)
    }


def metrics_of(rows: list[dict]) -> list[str]:
    """The names of the numbers that rows have, without those of their errors."""
    names = dict.fromkeys(name for row in rows for name in row if name not in FIRST)
    return [name for name in names if not name.endswith(" error")]


def summarize(rows: list[dict], lines: list[Variant], metric: str) -> tuple[dict[str, Mean], int]:
    """``comparison.means`` of one number over the seeds of each line that has it."""
    found = {}
    for line in lines:
        of_line = [row for row in rows if row["variant"] == line.name and metric in row]
        if of_line:
            found[line.name] = [(row[metric], row.get(f"{metric} error", 0.0)) for row in of_line]
    values = {name: [value for value, _ in pairs] for name, pairs in found.items()}
    return means(values, {name: [error for _, error in pairs] for name, pairs in found.items()})


def markdown(rows: list[dict], about: dict) -> str:
    """The whole report: tables of means and of differences, how errors were made, the commands."""
    asked, parts = about["asked"], []
    parts.append(f"# Ablation of {asked['dataset']}, preset {asked['preset']}")
    parts.append("\n".join([_effort(rows, asked), _judging(rows, asked), *_changes(asked), *_failures(rows)]))
    for group, lines in groups(rows).items():
        parts.append(f"## {TITLES[group]}")
        parts.append(_table(rows, lines))
        if len(lines) > 1:
            parts.append(_differences(rows, lines))
    parts.append("## How sure this is")
    parts.append(_sureness(rows))
    parts.append("```\n" + "\n".join(about["commands"]) + "\n```")
    return "\n\n".join(parts) + "\n"


def _effort(rows, asked):
    images = sorted({row["kimg"] for row in rows if "failed" not in row}) or [0.0]
    span = f"{images[0]:g} kimg" if len(images) == 1 else f"{images[0]:g} to {images[-1]:g} kimg"
    if asked["minutes"]:
        return (
            f"Equal time, not equal images: each run trained for {asked['minutes']:g} minutes and saw {span}."
        )
    return (
        f"Equal images: each run saw {span}."
        if len(images) == 1
        else f"The runs did not see equally many images: {span}."
    )


def _judging(rows, asked):
    counts = [f"{asked['samples']:,} images"]
    counts += [f"{asked['pairs']:,} pairs of path length"] * any(
        name.startswith("PPL") for name in metrics_of(rows)
    )
    return f"Averaged generator, no truncation, {' and '.join(counts)} a run. Less is better in all columns."


def _changes(asked):
    return [
        f"Changed {whose}: {', '.join(f'{name} = {value}' for name, value in fields.items())}."
        for whose, fields in {
            "in all": asked["set"],
            **{f"for {n}": f for n, f in asked["set_for"].items()},
        }.items()
        if fields
    ]


def _failures(rows):
    return [
        f"{row['variant']} seed {row['seed']} failed: {row['failed']}." for row in rows if "failed" in row
    ]


def _grid(head, lines):
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _table(rows, lines):
    names = metrics_of(rows)
    columns = {name: summarize(rows, lines, name)[0] for name in names}
    columns = {name: column for name, column in columns.items() if column}
    head = [
        "",
        "what",
        "seeds",
        "G parameters",
        *columns,
        "minutes",
        "paper's FID (FFHQ 1024, another scale)",
    ]
    table = []
    for line in lines:
        of_line = [row for row in rows if row["variant"] == line.name]
        found = [column.get(line.name) for column in columns.values()]
        cells = [with_error(mean.mean, mean.error) if mean else "" for mean in found]
        ended = sum("failed" not in row for row in of_line)
        seeds = str(ended) if ended == len(of_line) else f"{ended} of {len(of_line)}"
        minutes = sum(row["minutes"] for row in of_line) / len(of_line)
        paper = f"{PAPER[line.name]:.2f}" if line.name in PAPER else ""
        table.append(
            [line.name, line.what, seeds, f"{of_line[0]['parameters']:,}", *cells, f"{minutes:.1f}", paper]
        )
    return _grid(head, table)


def pairs_of(lines: list[Variant]) -> list[tuple[str, str]]:
    """What is compared: each line with the one before it, and the last with the first."""
    names = [line.name for line in lines]
    found = list(zip(names[:-1], names[1:], strict=True))
    return found + [(names[0], names[-1])] * (len(names) > 2)


def _differences(rows, lines):
    columns = {name: summarize(rows, lines, name) for name in metrics_of(rows)}
    columns = {name: column for name, column in columns.items() if column[0]}
    table = []
    for before, after in pairs_of(lines):
        cells = [
            str(compare(found[before], found[after], degrees)) if before in found and after in found else ""
            for found, degrees in columns.values()
        ]
        table.append([f"{after} against {before}", *cells])
    by_degrees = {}
    for name, (_, degrees) in columns.items():
        by_degrees.setdefault(degrees, []).append(name)
    note = [
        f"{', '.join(names)}: {degrees} degrees of freedom, so ± is {quantile(degrees):.2f} standard errors of the difference."
        for degrees, names in by_degrees.items()
        if degrees
    ]
    return "\n\n".join([_grid(["difference", *columns], table), "\n".join(note)]).strip()


def _sureness(rows):
    ended = [row for row in rows if "failed" not in row]
    counts = sorted({sum(other["variant"] == row["variant"] for other in ended) for row in ended}) or [0]
    if counts[-1] < 2:
        return "One seed each: how much another seed would change is not known, so there are no errors and no verdicts."
    few = str(counts[0]) if counts[0] == counts[-1] else f"{counts[0]} to {counts[-1]}"
    lines = [
        "± in a table of means is the standard error of the mean over seeds, the largest of three: by the spread of the line's "
        "own seeds; by the relative spread of all lines of the table together; by the metric's own error (other latents, same "
        "networks). In a table of differences it is half of the 95 % interval, by Student's quantile for the pooled spread. "
        "A difference within it is too close to call. Of twenty changes that do nothing, about one is called a difference "
        "all the same, by chance.",
        f"With {few} seeds a line the errors are themselves rough, and rest on the guess that all lines spread alike for their "
        "size. A few more seeds would say more than any longer look at these numbers.",
    ]
    return "\n\n".join(lines[: 1 + (counts[0] < 5)])
