"""The script that draws the README's pictures reads them off the models."""

import draw_architectures
import keras
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_colorizer import models


def test_a_unet_becomes_its_stages():
    stages = draw_architectures.read_stages(models.build("unet", 32, widths=(4, 6, 8)))
    assert [stage.shape for stage in stages] == [
        (32, 32, 1),
        (32, 32, 4),
        (16, 16, 6),
        (8, 8, 8),
        (16, 16, 6),
        (32, 32, 4),
        (32, 32, 3),
    ]
    assert [stage.skips for stage in stages] == [[], [], [], [], [2], [1], []]
    assert [stage.embedding for stage in stages].index(True) == 3
    assert stages[4].title == "4×4 conv ↑2"
    assert stages[4].notes == ["batch norm", "+ skip", "ReLU"]


def test_a_discriminator_becomes_its_stages():
    stages = draw_architectures.read_stages(models.build("discriminator", 32, widths=(4, 8)))
    kinds = [stage.kind for stage in stages]
    assert kinds == ["photo", "conv", "average pool", "conv", "dense"]
    assert stages[-1].shape == (1,)


def test_an_unknown_layer_is_an_error_not_a_gap():
    photo = keras.Input((8, 8, 1))
    network = keras.Model(photo, keras.layers.UpSampling2D()(photo))
    with pytest.raises(ValueError, match="UpSampling2D"):
        draw_architectures.read_stages(network)


def test_the_command_writes_both_pictures(tmp_path):
    result = CliRunner().invoke(draw_architectures.main, ["--out", str(tmp_path), "--size", "32"])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["autoencoder.png", "gan.png"]
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            assert picture.width == 1800
            low, high = picture.convert("L").getextrema()
            assert low < 80 < 250 < high
