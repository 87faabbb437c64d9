"""The table of docs/backbones.md is that of the registry."""

import re
from pathlib import Path

import pytest

from keras_colorizer import models
from keras_colorizer.models.backbones import pretrained

PAGE = Path(__file__).resolve().parents[3] / "docs" / "backbones.md"
ROW = re.compile(
    r"^\| `(\w+)`[^|]* \| ([\d,]+) \| ([\d, ]+) \| (\d) \| ([^|]+) \| ([^|]+) \|$", re.M
)
ROWS = {name: cells for name, *cells in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def test_every_backbone_has_a_row():
    assert list(ROWS) == models.names("backbone")
    extra = [name for name, row in ROWS.items() if "[pretrained]" in row[-1]]
    assert extra == sorted(pretrained.PRETRAINED)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_row_tells_what_is_built(name):
    weights, widths, parts, sees, _ = ROWS[name]
    network = models.build(name, 64, frozen=int(parts))
    assert network.count_params() == int(weights.replace(",", ""))
    assert [f.shape[-1] for f in network.outputs] == [int(w) for w in widths.split(",")]
    assert not network.trainable_variables  # all parts are frozen
    repeated = any(layer.name == "repeated" for layer in network.layers)
    assert repeated == (sees == "gray, three times")
