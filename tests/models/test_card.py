"""card.json and the networks it describes."""

import json

import numpy as np
import pytest

from keras_colorizer import models
from keras_colorizer.errors import UserError
from keras_colorizer.models import card

CARD = {"name": "gan", "codec": "rgb", "size": 32, "scores": {"psnr": 21.5}}


def test_a_card_comes_back_as_it_was_written(tmp_path):
    card.write(tmp_path / "new" / "run", CARD)
    assert card.read(tmp_path / "new" / "run") == CARD | {"format": card.FORMAT}
    assert [path.name for path in (tmp_path / "new" / "run").iterdir()] == ["card.json"]


def test_numpy_paths_and_numbers_that_json_lacks(tmp_path):
    odd = {"a": np.float32(0.5), "b": np.arange(2), "c": float("nan"), "d": (1, tmp_path)}
    card.write(tmp_path, CARD | {"scores": odd})
    scores = card.read(tmp_path)["scores"]
    assert scores == {"a": 0.5, "b": [0, 1], "c": None, "d": [1, str(tmp_path)]}


def test_a_card_without_its_codec_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="codec"):
        card.write(tmp_path, {"name": "gan", "size": 32})
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_card(tmp_path):
    card.write(tmp_path, CARD)
    with pytest.raises(TypeError):
        card.write(tmp_path, CARD | {"scores": object()})
    assert card.read(tmp_path)["scores"] == CARD["scores"]


@pytest.mark.parametrize(
    "text, words",
    [
        ("{", "JSON"),
        ("[]", "not a card"),
        ("{}", "not a card"),
        (json.dumps(CARD | {"format": 99}), "format 99"),
        (json.dumps({"format": card.FORMAT, "name": "gan", "size": 32}), "codec missing"),
        (b"\xff\xfe", "JSON"),
    ],
)
def test_what_is_no_card_is_one_clear_error(tmp_path, text, words):
    data = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "card.json").write_bytes(data)
    with pytest.raises(UserError, match=words) as error:
        card.read(tmp_path)
    assert str(tmp_path / "card.json") in error.value.message


def test_missing_folder_and_missing_card(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        card.read(tmp_path / "nowhere")
    with pytest.raises(UserError, match="no card.json"):
        card.read(tmp_path)


def test_a_network_comes_back_with_its_weights(tmp_path):
    network = models.build("autoencoder", 32, widths=(4, 4, 4))
    network.save(tmp_path / card.WEIGHTS)
    card.write(tmp_path, CARD)
    loaded, read = card.load_network(tmp_path)
    assert read["name"] == "gan" and not loaded.compiled
    gray = np.random.default_rng(0).random((1, 32, 32, 1), "float32")
    assert np.array_equal(loaded(gray), network(gray))


def test_no_run_an_unfinished_run_and_a_broken_file(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        card.load_network(tmp_path / "nowhere")
    with pytest.raises(UserError, match="no run folder"):
        card.load_network(tmp_path)
    (tmp_path / "recipe.json").write_text("{}")
    with pytest.raises(UserError, match="--resume"):
        card.load_network(tmp_path)
    (tmp_path / card.WEIGHTS).write_bytes(b"not a zip")
    with pytest.raises(UserError, match="no card.json"):
        card.load_network(tmp_path)
    card.write(tmp_path, CARD)
    with pytest.raises(UserError, match="cannot be loaded"):
        card.load_network(tmp_path)
