"""The bins of the ab plane: golden numbers, votes by hand, and that each is its own colour."""

import numpy as np
import pytest
from keras import ops
from skimage import color

from keras_colorizer.color import bins, spaces
from keras_colorizer.color.grid import ab_cells


def numbers(x):
    return ops.convert_to_numpy(x)


def test_golden_bins():
    centres = bins.centres()
    assert centres.shape == (bins.COUNT, 2) == (261, 2) and centres.dtype == np.float32
    assert centres[0].tolist() == [-90, 80] and centres[-1].tolist() == [100, -50]
    assert np.all(centres % 10 == 0) and [0, 0] in centres.tolist()
    assert centres.sum(0).tolist() == [4070, 1560]
    assert bins.centres() is centres


def test_no_srgb_colour_is_in_another_cell():
    rgb = np.random.default_rng(0).integers(0, 256, (200_000, 3)).astype("float32") / 255
    cells = ab_cells(color.rgb2lab(rgb)[:, 1:])
    assert set(cells) <= set(ab_cells(bins.centres()))
    found = bins.centres()[bins.of_cells()[cells]]
    assert np.abs(found - color.rgb2lab(rgb)[:, 1:]).max() < 5.01


def test_lightness_is_seen_in_straight_lines_within_half_a_level():
    gray = np.linspace(0, 1, 1001, dtype="float32")
    lab = color.rgb2lab(np.repeat(gray[:, None], 3, axis=1))
    assert np.allclose(spaces.lightness(gray), lab[:, 0], atol=1e-2)
    found = numbers(bins.see(gray[None, :, None, None]))[0, :, 0, 0]
    assert np.abs(50 * (found + 1) - lab[:, 0]).max() < 0.2
    assert found[0] == -1 and found[-1] == pytest.approx(1, abs=1e-5)


def test_votes_by_hand():
    votes = numbers(bins.encode(np.float32([[0, 0], [3, 2], [3, 0]])))
    assert np.allclose(votes.sum(-1), 1)
    # (10, 10) and (10, -10) are equally near to (3, 0).
    assert (votes > 0).sum(-1).tolist() == [5, 5, 6]
    places = {tuple(c): i for i, c in enumerate(bins.centres().astype(int).tolist())}
    by = np.exp(-np.square([0, 10, 10, 10, 10]) / 50)
    cross = [places[p] for p in [(0, 0), (10, 0), (-10, 0), (0, 10), (0, -10)]]
    assert np.allclose(votes[0, cross], by / by.sum(), atol=1e-6)
    # (3, 2) is nearer to (10, 10) than to (-10, 0).
    near = [places[p] for p in [(0, 0), (10, 0), (0, 10), (10, 10), (0, -10)]]
    assert np.all(votes[1, near] > 0) and votes[1, places[-10, 0]] == 0
    assert votes[1].argmax() == places[0, 0]


def test_colours_far_outside_have_votes_too():
    votes = numbers(bins.encode(np.float32([[300.0, -300.0]])))
    assert np.isfinite(votes).all() and votes.sum() == pytest.approx(1)


def test_quick_votes_are_those_of_the_nearest_but_for_7_percent():
    ab = np.random.default_rng(0).uniform(-60, 60, (2000, 2)).astype("float32")
    quick, votes = numbers(bins.encode_quickly(ab)), numbers(bins.encode(ab))
    assert np.allclose(quick.sum(-1), 1, atol=1e-5)
    assert np.where(votes > 0, 0, quick).sum(-1).max() < 0.071
    kept = np.where(votes > 0, quick, 0)
    assert np.allclose(kept / kept.sum(-1, keepdims=True), votes, atol=1e-4)


@pytest.mark.parametrize(("temperature", "ab"), [(0, (30, 0)), (1, (20, 10)), (0.5, (24, 6))])
def test_the_annealed_mean_by_hand(temperature, ab):
    # Two bins, of which one is half as likely; at T = 0.5, a quarter.
    shares = np.full(bins.COUNT, 1e-30, np.float32)
    places = {tuple(c): i for i, c in enumerate(bins.centres().astype(int).tolist())}
    shares[places[30, 0]], shares[places[0, 30]] = 2 / 3, 1 / 3
    logits = ops.convert_to_tensor(np.log(shares)[None, None, None])
    found = numbers(bins.annealed_mean(logits, temperature))
    assert found[0, 0, 0] == pytest.approx(ab, abs=1e-3)


def test_every_bin_has_its_own_colour_at_every_luma_that_holds_it():
    count = len(bins.KNOTS)
    table = bins.chroma_of_bins()
    assert table.shape == (bins.COUNT, 2 * count) and np.abs(table).max() <= 0.5
    cbcr = np.stack([table[:, :count], table[:, count:]], axis=-1)
    luma = np.broadcast_to(bins.KNOTS[:, None], (*cbcr.shape[:2], 1))
    rgb = numbers(spaces.ycbcr_to_rgb(np.concatenate([luma, cbcr], axis=-1)))
    inside = np.all((rgb >= 0) & (rgb <= 1), axis=-1)
    assert inside.sum() > 500
    wanted = np.repeat(bins.centres()[:, None], count, axis=1)[inside]
    # Black has every colour.
    inside_lab = color.rgb2lab(rgb[inside])
    lit = inside_lab[:, 0] > 1
    assert np.abs(inside_lab[lit, 1:] - wanted[lit]).max() < 0.2


def test_between_the_knots_chroma_is_interpolated():
    logits = np.full((1, 1, 3, bins.COUNT), -50, np.float32)
    logits[..., 100] = 50
    luma = np.float32([0.5, 0.5625, 0.625])[None, None, :, None]
    found = numbers(bins.chroma(ops.convert_to_tensor(logits), luma, 1.0))[0, 0]
    table = bins.chroma_of_bins()[100].reshape(2, -1).T
    assert np.allclose(found[[0, 2]], table[[4, 5]], atol=1e-6)
    assert np.allclose(found[1], table[4:6].mean(0), atol=1e-6)
