"""Every registered codec: what it encodes it decodes, and its chroma is the photo's."""

import numpy as np
import pytest
from keras import ops
from skimage import data

from keras_colorizer.color import codecs, spaces
from keras_colorizer.errors import UserError


@pytest.fixture(scope="module")
def photos():
    return np.stack([data.coffee()[:128:4, :128:4], data.astronaut()[:128:4, :128:4]])


@pytest.mark.parametrize("name", sorted(codecs.CODECS))
def test_round_trip(name, photos):
    codec = codecs.get(name)
    x, target = codec.encode(photos)
    truth = ops.convert_to_tensor(photos.astype("float32") / 255.0)
    gray = spaces.luma(truth)
    assert np.allclose(codec.see(gray), x)
    assert target.shape[-1] == codec.channels
    assert np.abs(ops.convert_to_numpy(codec.decode(gray, target)) - truth).max() < 0.02
    merged = spaces.merge(gray, codec.chroma(gray, target))
    assert np.abs(ops.convert_to_numpy(merged) - truth).max() < 0.02


def test_an_unknown_codec_lists_the_known():
    with pytest.raises(UserError, match="unknown codec 'rbg'.*did you mean 'rgb'"):
        codecs.get("rbg")
