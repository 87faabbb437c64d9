"""Contact sheets for looking: gray | result of each model at each saturation (| truth).

    python experiments/sheets.py PHOTO… --out FOLDER [--model NAME]… [--saturation FACTOR]…
        [--truth] [--height 320] [--rows 20]

PHOTO is a file, a folder (with all below) or a glob. FOLDER receives page-01.png and so on, each
at most 1600 × 2000 px; a photo is shrunk into its column, never enlarged, with its name below.
Photos are coloured at their own size. One that cannot be read is named, the rest goes on, and the
exit code is 1.
"""

import itertools
from pathlib import Path

import click
from PIL import Image, ImageDraw

import keras_colorizer
from keras_colorizer.engine import inputs
from keras_colorizer.engine.commands import Command
from keras_colorizer.errors import UserError
from keras_colorizer.images import reading
from keras_colorizer.models import presets
from keras_colorizer.visualization import labels
from keras_colorizer.visualization.sheets import save_png

WIDTH, HEIGHT = 1600, 2000  # pixels of a page at most
GAP, HEAD, CAPTION = 6, 40, 20  # pixels: between pictures; of columns' names; of a photo's name
NARROWEST = 120  # pixels of a column, or nobody could read its name


def columns(models, factors, truth):
    """The columns' names: gray, each model at each factor, truth.

    Args:
        models: names of models.
        factors: of saturation.
        truth: whether the photo's own colours come last.
    """
    plain = list(factors) == [1]
    results = [
        name if plain else f"{name} × {factor:g}"
        for name, factor in itertools.product(models, factors)
    ]
    return ["gray", *results, *(["truth"] if truth else [])]


def cells(path, colorizers, factors, truth):
    """A photo's pictures, one a column, full size; None for the truth of a photo that is gray.

    Raises:
        UserError: the photo cannot be read.
    """
    photo = reading.read(path)
    results = [
        colorizer.paint(photo.gray, saturation=factor)
        for colorizer, factor in itertools.product(colorizers, factors)
    ]
    return [photo.gray.convert("RGB"), *results, *([photo.colour()] if truth else [])]


def fitted(picture, width, height):
    """A picture shrunk so that it is neither wider nor higher than that."""
    scale = min(1, width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def room(count):
    """How wide each of so many columns may be, in pixels.

    Raises:
        UserError: so many do not fit.
    """
    wide = (WIDTH - GAP) // count - GAP
    if wide < NARROWEST:
        most = (WIDTH - GAP) // (NARROWEST + GAP)
        raise UserError(
            f"{count} columns do not fit into {WIDTH} px; at most {most} do: "
            "give fewer of --model or --saturation"
        )
    return wide


def paginate(photos, rows):
    """Photos' (name, pictures), in lists of at most ``rows`` that fit on a page."""
    page, height = [], HEAD
    for name, pictures in photos:
        needed = pictures[0].height + CAPTION
        if page and (len(page) == rows or height + needed > HEIGHT):
            yield page
            page, height = [], HEAD
        page.append((name, pictures))
        height += needed
    if page:
        yield page


def draw(names, page):
    """A page as a ``PIL.Image``: columns' names above, each photo's name below its row.

    Args:
        names: of the columns.
        page: list of (name, pictures), pictures of one photo all of a size or None.
    """
    wide = max(NARROWEST, *(pictures[0].width for _, pictures in page))
    height = HEAD + sum(pictures[0].height + CAPTION for _, pictures in page)
    sheet = Image.new("RGB", (GAP + len(names) * (wide + GAP), height), "white")
    pen = ImageDraw.Draw(sheet)
    for place, name in enumerate(names):
        text, font = labels.fit(name, wide)
        middle = (GAP + place * (wide + GAP) + wide // 2, HEAD // 2)
        pen.multiline_text(middle, text, fill="black", font=font, anchor="mm", align="center")
    top = HEAD
    for name, pictures in page:
        for place, picture in enumerate(pictures):
            if picture is not None:
                sheet.paste(picture, (GAP + place * (wide + GAP), top))
        top += pictures[0].height
        text, font = labels.fit(name, sheet.width - 2 * GAP, lines=1)
        pen.text((GAP, top + 1), text, fill="#444444", font=font)
        top += CAPTION
    return sheet


def found(arguments, out):
    """The files that the arguments mean, as ``inputs.Input``.

    Raises:
        UserError: an argument means none, or is a link.
    """
    photos, problems = inputs.find(arguments, beside=out)
    problems += [f"{p.name}: a link; give files or folders" for p in photos if p.path is None]
    if problems:
        raise UserError(problems[0])
    return photos


def shown(photos, colorizers, factors, truth, size, problems):
    """Yields each photo's (name, pictures), shrunk to ``size``; errors are added to problems."""
    for photo in photos:
        try:
            pictures = cells(photo.path, colorizers, factors, truth)
        except UserError as error:
            problems.append(error.message)
            click.echo(error.message, err=True)
            continue
        yield photo.inside.as_posix(), [p and fitted(p, *size) for p in pictures]


@click.command(cls=Command)
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO…")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--model", "models", multiple=True, default=[presets.DEFAULT], show_default=True)
@click.option(
    "--saturation",
    "factors",
    multiple=True,
    default=[1.0],
    show_default=True,
    type=click.FloatRange(0, 4),
)
@click.option("--truth", is_flag=True, help="Also the photo's own colours; blank if it is gray.")
@click.option(
    "--height",
    default=320,
    show_default=True,
    type=click.IntRange(32, HEIGHT - HEAD - CAPTION),
    help="Of each picture at most, in pixels.",
)
@click.option("--rows", default=20, show_default=True, type=click.IntRange(1), help="On a page.")
def sheets(photos, out, models, factors, truth, height, rows):
    """Draw PHOTOs and what models make of them, on pages to look at."""
    if any(out.glob("page-*.png")):
        raise UserError(f"{out}: holds pages already; give another --out, or remove them")
    photos = found(photos, out)
    colorizers = [keras_colorizer.load(model) for model in models]
    names = columns([colorizer.name for colorizer in colorizers], factors, truth)
    size, problems = (room(len(names)), height), []
    pictures = shown(photos, colorizers, factors, truth, size, problems)
    for number, page in enumerate(paginate(pictures, rows), start=1):
        path = out / f"page-{number:02}.png"
        save_png(draw(names, page), path)
        click.echo(path)
    if problems:
        raise UserError(f"{len(problems)} of {len(photos)} photos could not be read")


if __name__ == "__main__":
    sheets()
