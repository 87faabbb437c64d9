"""Recipe finetune: the start's network, judged by validation photos, exported only if no worse."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_colorizer import data, models
from keras_colorizer.errors import UserError
from keras_colorizer.export import export
from keras_colorizer.models import card
from keras_colorizer.train import chosen, train

SHORT = ["--set", "epochs=1", "--set", "epoch_photos=256", "--set", "batch=8", "--set", "ema=0.5"]


def call(command, *arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments])


def finetuned(run, *options):
    """Goes on from flowers at 32 px, on which it is not at its best."""
    common = ["--recipe", "finetune", "--init", "flowers", "--run", run, "--set", "size=32"]
    return call(train, *common, *SHORT, *options)


def test_network_codec_and_size_are_the_starts(tmp_path):
    options = {"saturation": 1.2}
    models.build("chroma", 64, widths=(4, 6, 8, 8, 8)).save(tmp_path / card.WEIGHTS)
    network = {"name": "chroma", "options": {"widths": [4, 6, 8, 8, 8]}}
    card.write(tmp_path, {"name": "a", "codec": "ycbcr", "codec_options": options, "size": 64,
                          "fit": "crop", "generator": network})  # fmt: skip
    recipe = chosen("finetune", data="synthetic", init=str(tmp_path))
    assert (recipe.codec.name, recipe.codec.options, recipe.data.size) == ("ycbcr", options, 64)
    assert (recipe.data.fit, recipe.generator.name) == ("crop", "chroma")
    assert recipe.generator.options == {"widths": [4, 6, 8, 8, 8]}
    assert recipe.optimizer.backbone_learning_rate is None and recipe.optimizer.backbone_frozen == 0
    card.write(tmp_path, {"name": "a", "codec": "ycbcr", "size": 64})
    with pytest.raises(UserError, match="its card names no generator"):
        chosen("finetune", data="synthetic", init=str(tmp_path))


def test_what_is_better_is_exported_with_a_sheet_of_before_and_after(tmp_path):
    run = tmp_path / "run"
    done = finetuned(run, "--data", "synthetic", "--set", "learning_rate=3e-4")
    assert done.exit_code == 0, done.output
    judged = json.loads((run / "environment.json").read_text())["judged"]
    assert judged["after"] < judged["before"] and judged["photos"] == 120
    told = f"{judged['before']:.2f} before, {judged['after']:.2f} after"
    assert f"mean CIEDE2000 of 120 validation photos: {told}" in done.output
    assert (run / "saved_model" / "saved_model.pb").is_file()
    with Image.open(run / "samples" / "before_after.png") as sheet:
        assert sheet.width > 4 * 32


def test_what_is_worse_is_kept_but_not_exported_until_asked_for(tmp_path):
    run = tmp_path / "run"
    done = finetuned(run, "--data", "synthetic", "--set", "learning_rate=1",
                     "--set", "weight_decay=0")  # fmt: skip
    assert done.exit_code == 1
    line = done.output.strip().splitlines()[-1]
    assert "worse, so nothing was exported" in line and f"export {run} --no-tflite" in line
    assert (run / "generator.keras").is_file() and not (run / "saved_model").exists()
    assert call(export, run, "--no-tflite").exit_code == 0
    assert (run / "saved_model" / "saved_model.pb").is_file()


def test_few_photos_are_not_judged(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, photo in enumerate(data.garden(60, 40, 9000)):
        Image.fromarray(np.asarray(photo)).save(folder / f"{number:03d}.png")
    done = finetuned(tmp_path / "run", "--data", folder)
    assert done.exit_code == 0, done.output
    assert "not judged: " in done.output and "20 are needed" in done.output


def test_it_needs_something_to_go_on_from():
    done = call(train, "--recipe", "finetune", "--data", "synthetic", "--init", "imagenet")
    assert done.exit_code == 1 and "goes on from a model: add --init RUN" in done.output
    done = call(train, "--recipe", "finetune", "--data", "synthetic", "--init", "flour")
    assert done.exit_code == 1 and "did you mean 'flowers'" in done.output
