"""Draws the report's two architectures from the Keras models themselves, for the README.

Command: python experiments/draw_architectures.py [--out experiments/pictures]

Writes autoencoder.png (the report's figure 2) and gan.png (its figure 10). A box is a tensor: its
face is height by width, its thickness the channels, each compressed by a power so that
128×128×64 and 16×16×512 fit one picture.
"""

import dataclasses
from pathlib import Path

import click

from keras_colorizer.engine.commands import Command

INK, FAINT = "#24303f", "#8593a3"
COLOURS = {
    "photo": "#d5d9de",
    "conv": "#a9cbe8",
    "conv, stride 2": "#5b93c9",
    "transposed conv": "#f3b562",
    "average pool": "#9bcfa5",
    "dense": "#b9a2d8",
}
RGB = ("#e0726c", "#79bd7f", "#6d93dc")
ACTIVATIONS = {"relu": "ReLU", "sigmoid": "sigmoid", "linear": "logit"}
WIDTH_INCHES, PIXELS_PER_INCH = 9.0, 200
# In drawing units: the row of boxes, the margin at its sides, and the top edge above its middle.
WIDTH, SIDE, TOP = 820.0, 34.0, 104.0


@dataclasses.dataclass
class Stage:
    """One box: a tensor, the layer that makes it, and what is then done to it."""

    kind: str
    title: str
    shape: tuple[int, ...]
    notes: list[str] = dataclasses.field(default_factory=list)
    skips: list[int] = dataclasses.field(default_factory=list)
    embedding: bool = False
    x: float = 0.0

    @property
    def height(self) -> float:
        """Height of the face in drawing units; 128 pixels are 100."""
        return 100 * (self.shape[0] / 128) ** 0.72 if len(self.shape) == 3 else 7

    @property
    def thickness(self) -> float:
        """Thickness in drawing units, from the channels."""
        return 4 + 1.45 * self.shape[-1] ** 0.5

    @property
    def depth(self) -> tuple[float, float]:
        """How far the back edge stands right of and above the front edge."""
        return 0.22 * self.height, 0.16 * self.height

    @property
    def right(self) -> float:
        """Where the box ends."""
        return self.x + self.thickness + self.depth[0]


def _new_stage(layer):
    """The stage that ``layer`` opens, or None if it only works on the stage before it."""
    kind, shape = type(layer).__name__, layer.output.shape[1:]
    if kind == "InputLayer":
        return Stage("photo", f"{layer.name} photo", shape)
    if kind in ("Conv2D", "Conv2DTranspose"):
        side, stride = layer.kernel_size[0], layer.strides[0]
        if kind == "Conv2DTranspose":
            return Stage("transposed conv", f"{side}×{side} conv ↑{stride}", shape)
        if stride > 1:
            return Stage("conv, stride 2", f"{side}×{side} conv ↓{stride}", shape)
        return Stage("conv", f"{side}×{side} conv", shape)
    if kind == "AveragePooling2D":
        return Stage("average pool", "{}×{} avg pool".format(*layer.pool_size), shape)
    return Stage("dense", "flatten, dense", shape) if kind == "Dense" else None


def read_stages(network) -> list[Stage]:
    """A functional model as the row of boxes to draw, skips by the index of their origin."""
    stages, made_in = [], {}
    for layer in network.layers:
        kind, stage = type(layer).__name__, _new_stage(layer)
        if stage:
            stages.append(stage)
        current = stages[-1]
        if kind == "Identity":
            current.embedding = True
        elif kind == "BatchNormalization":
            current.notes.append("batch norm")
        elif kind == "Activation":
            current.notes.append(ACTIVATIONS[layer.activation.__name__])
        elif kind == "LeakyReLU":
            current.notes.append("LeakyReLU")
        elif kind == "Dropout":
            current.notes.append("dropout")
        elif kind == "Add":
            current.notes.append("+ skip")
            here = len(stages) - 1
            origins = {made_in[id(tensor)] for tensor in layer.input}
            current.skips += sorted(origins - {here})
        elif not stage and kind != "Flatten":
            raise ValueError(f"{kind}: draw_architectures.py does not know how to draw it")
        made_in[id(layer.output)] = len(stages) - 1
    return stages


def _shade(colour, amount):
    from matplotlib.colors import to_rgb

    return tuple(min(channel * amount, 1.0) for channel in to_rgb(colour))


def _box(axes, stage, face, x, thickness):
    """A box whose thin front face begins at ``x``; the centre line is y = 0."""
    from matplotlib import patches

    half, (dx, dy) = stage.height / 2, stage.depth
    faces = (
        ([(x, -half), (x + thickness, -half), (x + thickness, half), (x, half)], 1.0),
        (
            [
                (x, half),
                (x + thickness, half),
                (x + thickness + dx, half + dy),
                (x + dx, half + dy),
            ],
            1.12,
        ),
        (
            [
                (x + thickness, -half),
                (x + thickness + dx, -half + dy),
                (x + thickness + dx, half + dy),
                (x + thickness, half),
            ],
            0.86,
        ),
    )
    for corners, amount in faces:
        axes.add_patch(
            patches.Polygon(
                corners,
                facecolor=_shade(face, amount),
                edgecolor=INK,
                linewidth=0.6,
                joinstyle="round",
                zorder=2,
            )
        )


def _draw_stage(axes, stage):
    is_colour = stage.shape[-1] == 3 and len(stage.shape) == 3
    slices = RGB if is_colour else (COLOURS[stage.kind],)
    thickness = stage.thickness / len(slices)
    for index, colour in enumerate(slices):
        _box(axes, stage, colour, stage.x + index * thickness, thickness)


def _arrow(axes, start, end, colour=INK, style="-|>", width=0.9):
    axes.annotate(
        "",
        end,
        start,
        zorder=3,
        arrowprops={
            "arrowstyle": style,
            "color": colour,
            "linewidth": width,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 8,
        },
    )


def _bottom(stages):
    """The lowest y that the labels of a row need."""
    return -66 - 11.5 * max(2 + len(list(filter(None, s.notes))) for s in stages)


def _place(stages, width):
    """Gives every stage its x so that the row fills ``width`` with equal gaps."""
    gap = (width - sum(s.thickness + s.depth[0] for s in stages)) / (len(stages) - 1)
    x = 0.0
    for stage in stages:
        stage.x = x
        x += stage.thickness + stage.depth[0] + gap
    return gap


def draw(axes, stages, title, width=WIDTH):
    """Draws one network as a row of boxes with its shapes and layers below and skips above."""
    _place(stages, width)
    for before, after in zip(stages, stages[1:], strict=False):
        _arrow(axes, (before.right + 2, 0), (after.x - 1, 0))
    for stage in stages:
        for origin in stage.skips:
            source, inner = stages[origin], stages[origin + 1]
            y = (source.height / 2 + inner.height / 2 + inner.depth[1]) / 2
            _arrow(axes, (source.right + 2, y), (stage.x - 9, y), "#c2562f", "-", 1.2)
            axes.text(
                stage.x - 5,
                y,
                "+",
                ha="center",
                va="center",
                color="#c2562f",
                fontsize=9,
                bbox={"boxstyle": "circle,pad=0.08", "fc": "white", "ec": "#c2562f"},
            )
        _draw_stage(axes, stage)
        middle = (stage.x + stage.right) / 2
        lines = ["×".join(map(str, stage.shape)), stage.title, *filter(None, stage.notes)]
        for row, line in enumerate(lines):
            axes.text(
                middle,
                -66 - 11.5 * row,
                line,
                ha="center",
                va="center",
                fontsize=7.4 if row == 0 else 6.6,
                color=INK if row < 2 else FAINT,
                weight="bold" if row == 0 else "normal",
            )
        if stage.embedding:
            axes.text(
                middle,
                -stage.height / 2 - 11,
                "embedding",
                ha="center",
                va="center",
                fontsize=7,
                style="italic",
                color=INK,
            )
    axes.text(0, TOP - 12, title, fontsize=9.5, weight="bold", color=INK, va="center")
    axes.set(xlim=(-SIDE, width + SIDE), ylim=(_bottom(stages), TOP), aspect="equal")
    axes.axis("off")


def figure(rows, path):
    """Writes the networks ``rows`` = [(title, stages), ...] below each other as one PNG."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from keras_colorizer.utils.files import replace_atomically

    heights = [TOP - _bottom(stages) for _, stages in rows]
    inches = WIDTH_INCHES * sum(heights) / (WIDTH + 2 * SIDE)
    picture, grid = plt.subplots(
        len(rows), 1, figsize=(WIDTH_INCHES, inches), height_ratios=heights, squeeze=False
    )
    for axes, (title, stages) in zip(grid[:, 0], rows, strict=True):
        draw(axes, stages, title)
    picture.subplots_adjust(0, 0, 1, 1, hspace=0)
    with replace_atomically(path) as temporary:
        picture.savefig(temporary, dpi=PIXELS_PER_INCH, facecolor="white")
    plt.close(picture)


@click.command(cls=Command)
@click.option(
    "--out",
    default="experiments/pictures",
    show_default=True,
    type=Path,
    help="Folder for the PNGs.",
)
@click.option("--size", default=128, show_default=True, help="Working size in pixels.")
def main(out, size):
    """Draws autoencoder.png and gan.png from the Keras models."""
    from keras_colorizer import models

    def row(name, title):
        network = models.build(name, size)
        return f"{title}: {network.count_params():,} weights", read_stages(network)

    pictures = {
        "autoencoder.png": [row("autoencoder", "Autoencoder")],
        "gan.png": [
            row("unet", "Generator, a U-Net with additive skips"),
            row("discriminator", "Discriminator"),
        ],
    }
    for name, rows in pictures.items():
        figure(rows, out / name)
        click.echo(f"wrote {out / name}")


if __name__ == "__main__":
    main()
