"""Whether a model that went on training is better than what it began from."""

import numpy as np

from keras_colorizer.evaluation import photos, pictures, scoring

ENOUGH = 20  # photos: the mean of fewer says little
SHOWN = 12


def mean_errors(before, after, test):
    """Mean CIEDE2000 of two models on the same photos, at their default saturation.

    Args:
        before, after: ``Model``.
        test: `photos.TestPhotos`.

    Returns:
        ``(before, after)``, floats.
    """
    rows = scoring.score({"before": before, "after": after}, test.images)
    found = {row.name: float(np.mean(row.columns["ciede2000"])) for row in rows}
    return found["before"], found["after"]


def save_sheet(before, after, test, path):
    """Draws gray, before, after and truth of up to ``SHOWN`` photos, as a PNG.

    Args:
        before, after, test: as for `mean_errors`.
        path: the PNG, written whole or not at all.
    """
    places = test.fixed(SHOWN)
    truth = test.images[places]
    gray = photos.gray_of(truth)
    columns = {"gray": gray, "before": before.colorize(gray), "after": after.colorize(gray)}
    captions = [test.ids[i] for i in places]
    pictures.save_sheet({**columns, "truth": truth}, path, captions)
