"""SavedModels back from their folders."""

import numpy as np
import pytest
import tensorflow as tf

from keras_colorizer.color import codecs
from keras_colorizer.errors import UserError
from keras_colorizer.exporting import export
from keras_colorizer.inference import colorizer
from keras_colorizer.inference.backends.saved_model import load_predictions, load_saved_model
from keras_colorizer.models import card


def test_loading_what_is_no_saved_model(run, tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        load_saved_model(tmp_path / "nowhere")
    card.write(tmp_path, card.read(run))
    with pytest.raises(UserError, match="no SavedModel"):
        load_saved_model(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"\x00broken")
    with pytest.raises(UserError, match="cannot be loaded"):
        load_saved_model(tmp_path)


def test_predictions_are_the_networks(saved_model, network, gray, size):
    chroma, rgb, found = load_predictions(saved_model)
    assert found == card.read(saved_model)
    seen = np.concatenate([colorizer.shrink(gray, size), colorizer.shrink(gray[:, ::-1], size)])
    own = network(seen)
    expected = codecs.get("rgb").chroma(seen, own)
    assert chroma(seen).dtype == rgb(seen).dtype == np.float32
    assert np.abs(chroma(seen) - expected).max() < 1e-4
    assert np.abs(rgb(seen) - own).max() < 0.51 / 255


def test_a_saved_model_of_an_earlier_version_says_to_export_again(network, size, tmp_path):
    found = export.signatures(network, codecs.get("rgb"), size)
    del found["chroma"]
    module = tf.Module()
    module.state = [variable.value for variable in network.variables]
    tf.saved_model.save(module, str(tmp_path), found)
    card.write(tmp_path, {"name": "old", "codec": "rgb", "size": size})
    with pytest.raises(UserError, match=r"without the signature 'chroma'.*--overwrite"):
        load_predictions(tmp_path)
    assert load_saved_model(tmp_path)(np.zeros((5, 6), "uint8")).shape == (5, 6, 3)
