"""Which photos the data sets without a home of their own hold, and whose they are.

    python experiments/list_photos.py NAME            # prints the ids of its photos, one a line
    python experiments/list_photos.py NAME --of FOLDER    # writes the list anew, from a folder

A list, data_sets/NAME.txt, begins with the form of an id; each line after it is a group and the
numbers in it. The package knows the sets by a hash of their ids
(keras_colorizer/data/sources/known.json), so that a card of what was trained on them says their
licence. data_sets/README.md says where the photos come from.
"""

import argparse
import re
from pathlib import Path

from keras_colorizer.data import open_source
from keras_colorizer.data.sources import known

LISTS = Path(__file__).resolve().parent / "data_sets"
# Name → the form of an id, and what reads group and number from one.
FORMS = {
    "caltech101_diverse": ("{}_image_{:04d}.jpg", r"(.+)_image_(\d{4})\.jpg"),
    "photos": ("{}/{:05d}.avif", r"(.+)/(\d{5})\.avif"),
}


def ids(name):
    """The ids of a set's photos, a sorted list."""
    form, *lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    groups = [line.split(" ") for line in lines]
    return sorted(form.format(group, int(n)) for group, *numbers in groups for n in numbers)


def written(name, found):
    """The text of a list of ids."""
    form, pattern = FORMS[name]
    groups = {}
    for each in sorted(found):
        group, number = re.fullmatch(pattern, each).groups()
        groups.setdefault(group, []).append(str(int(number)))
    return (
        "\n".join([form, *(" ".join([group, *numbers]) for group, numbers in groups.items())])
        + "\n"
    )


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=FORMS)
    parser.add_argument("--of", type=Path, metavar="FOLDER", help="write the list of its photos")
    options = parser.parse_args()
    if options.of:
        found = open_source(options.of).ids("all")
        (LISTS / f"{options.name}.txt").write_text(written(options.name, found), encoding="utf-8")
        print(f"{len(found)} photos, sha256 of their ids {known.digest(found)}")
        return
    print("\n".join(ids(options.name)))


if __name__ == "__main__":
    main()
