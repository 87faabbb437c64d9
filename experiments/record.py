"""Records a finished run under experiments/ and writes the table of experiments/README.md anew.

    python experiments/record.py RUN NAME --command "python -m keras_colorizer.train …"
    python experiments/record.py                        # only the table

Weights stay in the run folder; recipe, environment, metrics, curves and results are committed.
"""

import argparse
import json
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILES = ("recipe.json", "environment.json", "metrics.csv", "curves.png", "results.json")
START, END = "<!-- table: python experiments/record.py -->", "<!-- end of table -->"
HEAD = (
    "| run | command | hardware | minutes (CPU minutes) | photos seen | test photos | "
    "PSNR (dB) ↑ | colourfulness | neutral drift C\\* ↓ |\n|---|---|---|---|---|---|---|---|---|"
)


def record(run, name, command):
    """Copies what a run must leave behind into experiments/NAME."""
    missing = [file for file in FILES if not (run / file).is_file()]
    if missing:
        raise SystemExit(f"{run}: not a finished run, it lacks {', '.join(missing)}")
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    for file in FILES:
        shutil.copy(run / file, folder / file)
    (folder / "command.txt").write_text(command + "\n", encoding="utf-8")


def _scores(row):
    found = [row["metrics"][key]["mean"] for key in ("psnr", "colourfulness", "neutral_drift")]
    texts = ["–" if found[0] is None else f"{found[0]:.2f}"]
    return " | ".join(texts + ["–" if v is None else f"{v:.1f}" for v in found[1:]])


def table():
    """The table's text: the floors once a test set, then the rows of every recorded run."""
    floors, rows = {}, []
    for folder in sorted(path.parent for path in HERE.glob("*/results.json")):
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        environment = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
        protocol, models = results["protocol"], results["models"]
        where = f"{protocol['data']} test, {protocol['size']} px"
        for name, row in models.items():
            if name in ("gray", "mean_chroma", "truth"):
                line = f"| {name} ({where}) | – | – | – | – | {protocol['n']} | {_scores(row)} |"
                floors[name, where] = line
                continue
            command = (folder / "command.txt").read_text(encoding="utf-8").strip()
            cost = f"{environment['cores']} cores, {environment['device']} | "
            cost += f"{environment['wall_minutes']:.0f} ({environment['cpu_minutes']:.0f})"
            about = f"[{name}]({folder.name}) | `{command}` | {cost}"
            seen = f"{environment['photos_seen']:,} | {protocol['n']}"
            rows.append(f"| {about} | {seen} | {_scores(row)} |")
    return "\n".join([HEAD, *floors.values(), *rows])


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--command")
    options = parser.parse_args()
    if options.run:
        if not (options.name and options.command):
            parser.error("RUN needs NAME and --command")
        record(options.run, options.name, options.command)
    readme = HERE / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{START}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
