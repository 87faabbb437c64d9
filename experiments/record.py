"""Records runs and evaluations under experiments/ and writes the tables of Markdown files anew.

    python experiments/record.py run RUN NAME --command "python -m keras_colorizer.train …"
    python experiments/record.py evaluation FOLDER NAME
    python experiments/record.py tables                        # only the tables

Of a run, recipe, environment, metrics and curves are kept, weights stay where they are. Its command
is one line that trains that very recipe; all else that there is to say is its note. Of an
evaluation, all numbers and the pictures that show no photo are kept. `benchmark … --json` writes
into benchmarks/ by itself. A table stands in README.md, docs/ or experiments/README.md, wherever
its markers are.
"""

import argparse
import json
import re
import shutil
from pathlib import Path

import bench
import commands
import readme

from keras_colorizer.errors import UserError
from keras_colorizer.evaluation import session, tables
from keras_colorizer.training import recipes

HERE = Path(__file__).resolve().parent
RUN_FILES = ("recipe.json", "environment.json", "metrics.csv", "curves.png")
COMMAND, NOTE = "command.txt", "note.txt"  # the second where there is something to say
EVALUATION_FILES = (
    "results.json", "per_image.csv", "table.md", "histograms.png", "hues.png",
)  # fmt: skip
SECTION = re.compile(
    r"(<!-- (?P<name>.+): python experiments/record\.py tables -->\n)(?P<text>.*?)"
    r"(<!-- end of (?P=name) -->)",
    re.DOTALL,
)


def _copy(source, target, files):
    missing = [file for file in files if not (source / file).is_file()]
    if missing:
        raise SystemExit(f"{source}: not finished, it lacks {', '.join(missing)}")
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(source / file, target / file)


def record_run(run, name, command, note=None, here=HERE):
    """Copies what a run must leave behind into runs/NAME; beside it its command, and a note."""
    folder = here / "runs" / name
    if (run / "recipe.json").is_file():
        _check_command(run, name, command)
    _check_commits(run)
    _copy(run, folder, RUN_FILES)
    (folder / COMMAND).write_text(command + "\n", encoding="utf-8")
    if note:
        (folder / NOTE).write_text(note.strip() + "\n", encoding="utf-8")


def _check_command(run, name, command):
    own = f"experiments/runs/{name}/recipe.json"
    try:
        # Until it is copied, the run's own recipe stands in the run.
        options = commands.read(command)
        begun = str(run / "recipe.json") if options["name"] == own else options["name"]
        settings = (options[key] for key in ("settings", "data", "init", "smoke"))
        different = commands.differences(
            commands.chosen(begun, *settings), recipes.read(run / "recipe.json")
        )
    except (ValueError, UserError) as error:
        raise SystemExit(f"--command {error}") from None
    if different:
        raise SystemExit(
            f"--command {command}: trains another recipe than {run} ({', '.join(different)}); "
            f"write --command 'python -m keras_colorizer.train --recipe {own}'"
        )


def _check_commits(run):
    if not (run / "environment.json").is_file():
        return  # the copy says so
    commits = json.loads((run / "environment.json").read_text(encoding="utf-8")).get("commits")
    if not commits or None in commits:
        raise SystemExit(
            f"{run}: environment.json does not know the commit of all of it; only runs of a "
            "checkout of this repository can be recorded"
        )


def record_evaluation(folder, name, here=HERE):
    """Copies an evaluation's numbers, and its pictures without photos, into evaluations/NAME."""
    _copy(folder, here / "evaluations" / name, EVALUATION_FILES)


def runs_table(here=HERE):
    """What every recorded run was and cost, as Markdown."""
    lines = ["| run | command | hardware | minutes (CPU minutes) | photos seen |", "|---" * 5 + "|"]
    for folder in sorted((here / "runs").iterdir()):
        environment = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
        command = f"`{(folder / COMMAND).read_text(encoding='utf-8').strip()}`"
        if (folder / NOTE).is_file():
            command += f" ([note](runs/{folder.name}/{NOTE}))"
        minutes = f"{environment['wall_minutes']:.0f} ({environment['cpu_minutes']:.0f})"
        hardware = f"{environment['cores']} cores, {environment['device']}"
        lines.append(
            f"| [{folder.name}](runs/{folder.name}) | {command} | {hardware} | {minutes} | "
            f"{environment['photos_seen']:,} |"
        )
    return "\n".join(lines)


def evaluations_tables(here=HERE):
    """The table of every recorded evaluation, without intervals, under its title."""
    parts = []
    for path in sorted((here / "evaluations").glob("*/results.json")):
        table, name = tables.read(path), path.parent.name
        p = table.protocol
        title = f"### {name}: {p['n']:,} photos of {p['data']} {p['split']} at {p['size']} px"
        links = " · ".join(
            f"[{text}](evaluations/{name}/{file})"
            for text, file in (
                ("with intervals and differences", "table.md"),
                ("hues", "hues.png"),
                ("histograms", "histograms.png"),
            )
        )
        left_out = f"{len(p['excluded'])} photos could not be read. {session.references(p)} {links}"
        shown = tables.markdown(table, intervals=False)
        parts.append(f"{title}\n\n`{p['command']}`\n\n{shown}\n\n{left_out}")
    return "\n\n".join(parts)


def generated(here=HERE):
    """What stands between markers of Markdown files, as name → its text."""
    return {
        "tables": f"{runs_table(here)}\n\n{evaluations_tables(here)}",
        "bench": bench.systems_table(here),
        "dominance": bench.dominance_table(here),
        "random images": bench.random_table(here),
        "photos": readme.photos_table(),
        "scores": readme.scores_table(),
        "branches": readme.branches_table(),
        "skin": readme.skin_table(),
        "speed": readme.speed_table(),
        "fields": readme.fields_table(),
    }


def documents(here=HERE):
    """The Markdown files that may hold tables."""
    return [
        here.parent / "README.md",
        *sorted((here.parent / "docs").glob("*.md")),
        here / "README.md",
    ]


def written_anew(text, tables):
    """A document's text with the tables that it has markers for, each once more."""

    def replaced(found):
        if found["name"] not in tables:
            raise SystemExit(f"no table is called {found['name']!r}: {found[1].strip()}")
        return f"{found[1]}{tables[found['name']]}\n{found[4]}"

    return SECTION.sub(replaced, text)


def write_tables(here=HERE):
    """Writes every table anew, wherever its markers stand."""
    tables, missing = generated(here), set(generated(here))
    for path in documents(here):
        text = path.read_text(encoding="utf-8")
        missing -= {found["name"] for found in SECTION.finditer(text)}
        path.write_text(written_anew(text, tables), encoding="utf-8")
    if missing:
        raise SystemExit(f"no document has markers for the tables {', '.join(sorted(missing))}")


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="what", required=True)
    run = parts.add_parser("run", help="record a finished run")
    run.add_argument("folder", type=Path)
    run.add_argument("name")
    run.add_argument("--command", required=True, help="what the user typed, one line")
    run.add_argument("--note", help="what else is to be known of it")
    evaluation = parts.add_parser("evaluation", help="record an evaluation")
    evaluation.add_argument("folder", type=Path)
    evaluation.add_argument("name")
    parts.add_parser("tables", help="only write the tables")
    options = parser.parse_args()
    if options.what == "run":
        record_run(options.folder, options.name, options.command, options.note)
    elif options.what == "evaluation":
        record_evaluation(options.folder, options.name)
    write_tables()


if __name__ == "__main__":
    main()
