"""How good results are, beside what no model at all would score."""

import math

import numpy as np
from keras import ops

from keras_colorizer.color import codecs, metrics, spaces


class _Means:
    """Running means of one row of scores over batches of photos."""

    def __init__(self):
        self.sums, self.count, self.drift, self.neutral = {}, 0, 0.0, 0.0

    def add(self, truth, result):
        found = {
            "psnr": metrics.psnr(truth, result),
            "colourfulness": metrics.colourfulness(result),
        }
        for name, values in found.items():
            total = float(np.sum(ops.convert_to_numpy(values)))
            self.sums[name] = self.sums.get(name, 0.0) + total
        drift, pixels = (ops.convert_to_numpy(v) for v in metrics.neutral_drift(truth, result))
        self.drift += float(np.sum(drift * pixels))
        self.neutral += float(np.sum(pixels))
        self.count += len(drift)

    def means(self):
        found = {name: value / self.count for name, value in self.sums.items()}
        found["neutral_drift"] = self.drift / self.neutral if self.neutral else math.nan
        return found


def score(networks, pairs, mean_chroma):
    """Scores networks and both floors on the same photos.

    Args:
        networks: dict of a row's name → (generator, codec name). Each is scored with the photo's
            own luma kept; one that predicts RGB gets a second row, ``NAME (raw)``.
        pairs: iterable of (gray uint8 (B, S, S, 1), rgb uint8 (B, S, S, 3)).
        mean_chroma: (Cb, Cr) in ±0.5 of the training photos, for the second floor.

    Returns:
        ``(rows, count)``: rows is a dict of name → {"psnr" (dB, mean over photos),
        "colourfulness" (Hasler–Süsstrunk), "neutral_drift" (mean C* where the truth is neutral)};
        the floors are ``gray`` and ``mean_chroma``, the photos themselves ``truth``.

    Example:
        >>> score({"gan": (generator, "rgb")}, data.pairs("synthetic", "test"), (0.0, 0.0))
    """
    rows, count = {}, 0

    def add(name, truth, result):
        rows.setdefault(name, _Means()).add(truth, result)

    for gray, rgb in pairs:
        gray = ops.cast(gray, "float32") / 255.0
        truth = ops.cast(rgb, "float32") / 255.0
        count += int(truth.shape[0])
        tint = ops.ones_like(truth[..., :2]) * ops.convert_to_tensor(mean_chroma, "float32")
        add("gray", truth, ops.repeat(gray, 3, axis=-1))
        add("mean_chroma", truth, spaces.merge(gray, tint))
        for name, (network, codec_name) in networks.items():
            codec = codecs.get(codec_name)
            prediction = network(codec.see(gray), training=False)
            add(name, truth, spaces.merge(gray, codec.chroma(gray, prediction)))
            if codec.predicts_rgb:
                add(f"{name} (raw)", truth, codec.decode(gray, prediction))
        add("truth", truth, truth)
    scores = {name: means.means() for name, means in rows.items()}
    scores["truth"]["psnr"] = math.inf
    return scores, count


def table(scores):
    """Scores as aligned text, a line a row.

    Example:
        >>> print(table(score(...)[0]))
    """
    lines = [f"{'':22}{'PSNR dB':>9}{'colourfulness':>15}{'neutral drift':>15}"]
    for name, row in scores.items():
        psnr = "–" if math.isinf(row["psnr"]) else f"{row['psnr']:.2f}"
        drift = f"{row['neutral_drift']:.1f}"
        lines.append(f"{name:22}{psnr:>9}{row['colourfulness']:>15.1f}{drift:>15}")
    return "\n".join(lines)
