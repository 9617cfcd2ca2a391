"""An ablation in words: means with errors, and what each change is worth, if that is clear."""

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
    """The lines that rows are of: group (a key of TITLES) -> its Variants, in order."""
    names = dict.fromkeys(row["variant"] for row in rows)
    found = [named(name) for name in names]
    lines = {}
    for group in TITLES:
        of_group = sorted((line for line in found if line.group == group), key=_order)
        if of_group:
            lines[group] = of_group
    return lines


def _order(line: Variant):
    """What lines of a group are sorted by: the letter of a configuration, or the number that is changed."""
    if line.group == "configuration":
        return line.name
    return list(line.changes.values())[0]


def metrics_of(rows: list[dict]) -> list[str]:
    """The names of the numbers that rows have, without those of their errors."""
    names = dict.fromkeys(name for row in rows for name in row if name not in FIRST)
    return [name for name in names if not name.endswith(" error")]


def summarize(rows: list[dict], lines: list[Variant], metric: str) -> tuple[dict[str, Mean], int]:
    """``comparison.means`` of one number over the seeds of each line that has it."""
    values, errors = {}, {}
    for line in lines:
        of_line = [row for row in rows if row["variant"] == line.name and metric in row]
        if of_line:
            values[line.name] = [row[metric] for row in of_line]
            errors[line.name] = [row.get(f"{metric} error", 0.0) for row in of_line]
    return means(values, errors)


def markdown(rows: list[dict], about: dict) -> str:
    """The whole report: tables of means and of differences, how errors were made, the commands.

    Args:
        rows: as ``ablation.Table.rows`` gives them.
        about: as ``ablation.Table.about`` gives it.
    """
    # What was asked for, and what came of it.
    asked = about["asked"]
    parts = [f"# Ablation of {asked['dataset']}, preset {asked['preset']}"]
    parts.append("\n".join([_effort(rows, asked), _judging(rows, asked), *_changes(asked), *_failures(rows)]))

    # Two tables for each group.
    for group, lines in groups(rows).items():
        parts.append(f"## {TITLES[group]}")
        parts.append(_table(rows, lines))
        if len(lines) > 1:
            parts.append(_differences(rows, lines))

    # How far to trust them, and how to repeat them.
    parts.append("## How sure this is")
    parts.append(_sureness(rows))
    parts.append("```\n" + "\n".join(about["commands"]) + "\n```")
    return "\n\n".join(parts) + "\n"


def _effort(rows, asked):
    """The sentence on how long the runs trained."""
    images = sorted({row["kimg"] for row in rows if "failed" not in row}) or [0.0]
    are_equal = len(images) == 1
    span = f"{images[0]:g} kimg" if are_equal else f"{images[0]:g} to {images[-1]:g} kimg"
    if asked["minutes"]:
        minutes = f"{asked['minutes']:g} minutes"
        return f"Equal time, not equal images: each run trained for {minutes} and saw {span}."
    if are_equal:
        return f"Equal images: each run saw {span}."
    return f"The runs did not see equally many images: {span}."


def _judging(rows, asked):
    """The sentence on how the runs were judged."""
    counts = [f"{asked['samples']:,} images"]
    if any(name.startswith("PPL") for name in metrics_of(rows)):
        counts.append(f"{asked['pairs']:,} pairs of path length")
    return f"Averaged generator, no truncation, {' and '.join(counts)} a run. Less is better in all columns."


def _changes(asked):
    """A sentence for all lines, and one for each line that was changed by itself."""
    changed = {"in all": asked["set"]}
    for name, fields in asked["set_for"].items():
        changed[f"for {name}"] = fields
    sentences = []
    for whose, fields in changed.items():
        if fields:
            settings = ", ".join(f"{name} = {value}" for name, value in fields.items())
            sentences.append(f"Changed {whose}: {settings}.")
    return sentences


def _failures(rows):
    """A sentence for each run that broke down."""
    failed = [row for row in rows if "failed" in row]
    return [f"{row['variant']} seed {row['seed']} failed: {row['failed']}." for row in failed]


def _grid(head, lines):
    """A table in Markdown."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _columns(rows, lines) -> dict[str, tuple[dict[str, Mean], int]]:
    """``summarize`` of each number that at least one of these lines has."""
    columns = {}
    for name in metrics_of(rows):
        found, degrees = summarize(rows, lines, name)
        if found:
            columns[name] = found, degrees
    return columns


def _table(rows, lines):
    """The table of means: a row for each line."""
    columns = _columns(rows, lines)
    paper = "paper's FID (FFHQ 1024, another scale)"
    head = ["", "what", "seeds", "G parameters", *columns, "minutes", paper]
    table = []
    for line in lines:
        of_line = [row for row in rows if row["variant"] == line.name]
        parameters = f"{of_line[0]['parameters']:,}"

        # How many of its runs ended, and how long they took.
        ended = sum("failed" not in row for row in of_line)
        seeds = str(ended) if ended == len(of_line) else f"{ended} of {len(of_line)}"
        minutes = sum(row["minutes"] for row in of_line) / len(of_line)

        # Its means, and the paper's number.
        means_of_line = [found.get(line.name) for found, _ in columns.values()]
        cells = [with_error(mean.mean, mean.error) if mean else "" for mean in means_of_line]
        published = f"{PAPER[line.name]:.2f}" if line.name in PAPER else ""
        table.append([line.name, line.what, seeds, parameters, *cells, f"{minutes:.1f}", published])
    return _grid(head, table)


def pairs_of(lines: list[Variant]) -> list[tuple[str, str]]:
    """Names of what is compared: each line with the one before it, and the last with the first."""
    names = [line.name for line in lines]
    found = list(zip(names[:-1], names[1:], strict=True))
    if len(names) > 2:
        found.append((names[0], names[-1]))
    return found


def _differences(rows, lines):
    """The table of differences, and how wide its intervals are."""
    columns = _columns(rows, lines)
    table = []
    for before, after in pairs_of(lines):
        cells = [_difference(found, degrees, before, after) for found, degrees in columns.values()]
        table.append([f"{after} against {before}", *cells])

    # Numbers that some runs lack have fewer degrees of freedom, and wider intervals.
    by_degrees = {}
    for name, (_, degrees) in columns.items():
        by_degrees.setdefault(degrees, []).append(name)
    notes = []
    for degrees, names in by_degrees.items():
        if degrees:
            width = f"{quantile(degrees):.2f} standard errors of the difference"
            notes.append(f"{', '.join(names)}: {degrees} degrees of freedom, so ± is {width}.")
    return "\n\n".join([_grid(["difference", *columns], table), "\n".join(notes)]).strip()


def _difference(found, degrees, before, after):
    """A cell: the difference of two lines, or nothing if one of them lacks the number."""
    if before not in found or after not in found:
        return ""
    return str(compare(found[before], found[after], degrees))


def _sureness(rows):
    """What the errors mean, and how far they can be trusted."""
    ended = [row["variant"] for row in rows if "failed" not in row]
    counts = sorted({ended.count(name) for name in ended}) or [0]
    fewest, most = counts[0], counts[-1]
    if most < 2:
        return (
            "One seed each: how much another seed would change is not known, "
            "so there are no errors and no verdicts."
        )
    paragraphs = [
        "± in a table of means is the standard error of the mean over seeds, the largest of three: "
        "by the spread of the line's own seeds; by the relative spread of all lines of the table together; "
        "by the metric's own error (other latents, same networks). In a table of differences it is half of "
        "the 95 % interval, by Student's quantile for the pooled spread. A difference within it is too close "
        "to call. Of twenty changes that do nothing, about one is called a difference all the same, by "
        "chance."
    ]
    if fewest < 5:
        few = str(fewest) if fewest == most else f"{fewest} to {most}"
        paragraphs.append(
            f"With {few} seeds a line the errors are themselves rough, and rest on the guess that all lines "
            "spread alike for their size. A few more seeds would say more than any longer look at these "
            "numbers."
        )
    return "\n\n".join(paragraphs)
