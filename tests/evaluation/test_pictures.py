"""The pictures of an evaluation show what they were given, or do not appear at all."""

import matplotlib.figure
import numpy as np
import pytest
from PIL import Image

from keras_colorizer.evaluation import pictures
from keras_colorizer.visualization import figures
from keras_colorizer.visualization import hues as heat

LONG = "chroma_unet_with-a-very-long-name (runs/2024-11-05-and-more)" * 3


def photos(count, size, seed=0, channels=3):
    numbers = np.random.default_rng(seed)
    return numbers.integers(0, 256, (count, size, size, channels), dtype="uint8")


def opened(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def place_of(photo, picture):
    """The (top, left) of ``photo`` in ``picture``, pixel by pixel; fails if it is not there."""
    photo = np.repeat(photo, 3, axis=-1) if photo.shape[-1] == 1 else photo
    size = len(photo)
    corners = np.argwhere((picture[: -size + 1, : -size + 1] == photo[0, 0]).all(axis=-1))
    found = [c for c in corners if (picture[c[0] :, c[1] :][:size, :size] == photo).all()]
    assert len(found) == 1
    return tuple(found[0])


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were written, as Matplotlib objects."""
    found, save = [], figures.save

    def keep(figure, path):
        found.append(figure)
        save(figure, path)

    monkeypatch.setattr(figures, "save", keep)
    return found


def test_the_sheet_shows_every_photo_in_its_column_and_row(tmp_path):
    columns = {
        "gray": photos(3, 100, seed=1, channels=1),
        LONG: photos(3, 100, seed=2),
        "truth": photos(3, 100, seed=3),
    }
    pictures.save_sheet(columns, tmp_path / "new" / "sheet.png", ["one", "two ΔE", LONG])
    sheet = opened(tmp_path / "new" / "sheet.png")
    places = np.array([[place_of(p, sheet) for p in column] for column in columns.values()])
    assert (np.diff(places[..., 1], axis=0) > 100).all()  # columns stand side by side
    assert (places[..., 0] == places[0, :, 0]).all()  # and rows are level
    head = places[0, 0, 0]
    for left in places[:, 0, 1]:
        assert (sheet[:head, left : left + 100] < 128).any()  # each column has its name
    assert (sheet[:head, places[0, 0, 1] + 100 : places[1, 0, 1]] == 255).all()  # inside its column
    for top in places[0, :, 0]:
        assert (sheet[top + 100 : top + 120] < 128).any()  # each row has its caption


def test_the_sheet_enlarges_tiny_photos(tmp_path):
    truth = photos(2, 16)
    pictures.save_sheet({"truth": truth}, tmp_path / "sheet.png")
    sheet = opened(tmp_path / "sheet.png")
    for photo in truth:
        place_of(photo.repeat(6, axis=0).repeat(6, axis=1), sheet)


def test_best_stands_left_and_worst_right_in_each_models_band(tmp_path):
    def items(seed):
        kinds = photos(2, 96, seed, 1), photos(2, 96, seed + 1), photos(2, 96, seed + 2)
        return list(zip(*kinds, ["image_00001.jpg  ΔE 4.1", LONG], strict=True))

    blocks = {
        "gan": {"best": items(0), "worst": items(10)},
        LONG: {"best": items(20), "worst": items(30)},
        "half": {"best": items(40)[:1], "worst": []},
    }
    pictures.save_best_worst(blocks, tmp_path / "best_worst.png")
    picture = opened(tmp_path / "best_worst.png")
    lowest = -96
    for block in blocks.values():
        found = {
            side: np.array([[place_of(p, picture) for p in item[:3]] for item in block[side]])
            for side in ("best", "worst")
        }
        best, worst = found["best"], found["worst"]
        assert (np.diff(best[..., 1], axis=1) > 0).all()  # gray, result, truth
        assert best[..., 0].min() > lowest + 96  # a band below the other
        lowest = best[..., 0].max()
        if len(worst):
            assert worst[..., 1].min() > best[..., 1].max() + 96
            assert (worst[..., 0] == best[..., 0]).all()


def test_no_photo_at_all_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no photos"):
        pictures.save_best_worst({"gan": {"best": [], "worst": []}}, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def counts_of(images):
    return np.stack([np.bincount(images[..., c].ravel(), minlength=256) for c in range(3)])


def all_axes(figure):
    return [axis for axis in figure.axes if axis.get_visible()]


@pytest.mark.parametrize("number", [1, 10, 102, 300])
def test_every_class_has_its_bar(tmp_path, drawn, number):
    classes = {f"class {i:03d}": 3 * i + 1 for i in range(number)}
    shuffled = dict(sorted(classes.items(), key=lambda item: hash(item[1]) % 7))
    colours = {"truth": counts_of(photos(2, 32))}
    pictures.save_histograms(shuffled, colours, tmp_path / "histograms.png")
    picture = opened(tmp_path / "histograms.png")
    assert picture.shape[1] == 1200
    bars, boxes = {}, []
    for axis in all_axes(drawn[0])[:-1]:
        texts = axis.get_yticklabels()
        widths = [bar.get_width() for bar in axis.patches]
        bars |= dict(zip([text.get_text() for text in texts], widths, strict=True))
        boxes.append([text.get_window_extent() for text in texts])
    assert bars == classes
    assert list(bars) == sorted(classes)
    for column in boxes:  # from the top downwards, and no name touches the next
        for above, below in zip(column, column[1:], strict=False):
            assert above.y0 > below.y1
    assert all(box.x0 >= 0 for column in boxes for box in column)


def test_names_that_mean_something_to_matplotlib_and_unknown_counts(tmp_path, drawn):
    classes = {"$a_b$ {": 3, "花": None, LONG: 0}
    colours = {"$x^2$": counts_of(photos(1, 8)), LONG + "\n花": counts_of(photos(1, 8))}
    pictures.save_histograms(classes, colours, tmp_path / "histograms.png")
    labels_ = [t.get_text() for axis in all_axes(drawn[0]) for t in axis.texts]
    assert "?" in labels_
    assert opened(tmp_path / "histograms.png").shape[1] == 1200


def test_without_classes_there_are_only_colours(tmp_path, drawn):
    pictures.save_histograms(None, {"truth": counts_of(photos(1, 8))}, tmp_path / "histograms.png")
    assert len(all_axes(drawn[0])) == 1
    assert not drawn[0].subfigs[0].get_suptitle().startswith("Photos")


def steps(axis):
    return [line.get_ydata() for line in axis.lines]


def test_colours_are_shares_on_one_scale(tmp_path, drawn):
    numbers = np.random.default_rng(1)
    truth = numbers.integers(50, 100, (3, 256))
    gray = np.repeat(numbers.integers(5, 10, (1, 256)), 3, axis=0)
    nothing = np.zeros((3, 256), "int64")
    rows = {"truth": truth, "gray": gray, "nothing": nothing}
    pictures.save_histograms(None, rows, tmp_path / "histograms.png")
    first, second, third = all_axes(drawn[0])
    np.testing.assert_allclose(steps(first), 100 * truth / truth.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(steps(second), 100 * gray[:1] / gray[:1].sum())
    assert first.get_ylim() == second.get_ylim() == third.get_ylim()
    assert first.get_ylim()[1] > np.max(steps(first))
    assert "ends at" not in drawn[0].subfigs[0].get_suptitle()
    assert third.texts[0].get_text() == "no pixels"


def test_a_spike_is_named_and_does_not_flatten_the_rest(tmp_path, drawn):
    counts = np.full((3, 256), 100)
    counts[2, 0] = 25_500  # half of all of B
    counts[0, 7] = 6_375  # a fifth of all of R
    pictures.save_histograms(None, {"gan": counts}, tmp_path / "histograms.png")
    axis = all_axes(drawn[0])[0]
    assert axis.get_ylim()[1] < 1
    assert "the scale ends at" in drawn[0].subfigs[0].get_suptitle()
    assert axis.texts[0].get_text() == "beyond the scale   B 0: 50.0 %   R 7: 20.0 %"


def shares(seed=0):
    table = np.random.default_rng(seed).dirichlet(np.full(13, 0.3), 12)
    table[6] = np.nan
    return table


def test_hues_show_every_share(tmp_path, drawn):
    table = shares()
    rows = [[None if np.isnan(v) else float(v) for v in row] for row in table]
    found = {
        "matrix": [row[:12] for row in rows],
        "no_hue": [row[12] for row in rows],
        "pixels": [0 if np.isnan(row[0]) else 50 for row in table],
    }
    more = {"matrix": shares(1)[:, :12], "no_hue": shares(1)[:, 12]}
    pictures.save_hues({"gan": found, LONG: more, "$x$": more}, tmp_path / "hues.png")
    assert opened(tmp_path / "hues.png").shape == (1330, 1360, 3)
    first, *others = all_axes(drawn[0])
    assert len(others) == 2
    written = {}
    for text in first.texts:
        x, y = text.get_position()
        written[round(y - 0.5, 2), round(x - 0.5, 1)] = text.get_text()
    cells = {
        patch.get_xy()[::-1]: patch.get_facecolor()[0]
        for patch in first.patches
        if patch.get_linewidth() == 0.4
    }
    for row, values in enumerate(table):
        for column, value in enumerate(values):
            left = column if column < 12 else 12.4
            if np.isnan(value):
                assert (row, left) not in cells
            else:
                assert cells[row, left] == pytest.approx(1 - 0.85 * value)
                shown = f"{100 * value:.0f}" if value >= 0.005 else None
                assert written.get((row, left)) == shown
    assert "the truth has no such pixel" in written.values()
    assert {"of all", "9.1 %", "0.0 %"} <= set(written.values())
    framed = [p.get_xy() for p in first.patches if p.get_linewidth() == 1.6]
    assert framed == [(row, row) for row in range(12) if row != 6]


def test_swatches_are_the_sectors_own_colours(tmp_path):
    from skimage import color

    colours = heat._sector_colours()
    lab = color.rgb2lab(colours)
    angles = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    inside = [i for i in range(12) if heat.HUES[i] not in ("teal", "cyan")]
    np.testing.assert_allclose(angles[inside], np.array(inside) * 30 + 15, atol=1)
    np.testing.assert_allclose(lab[inside, 0], 65, atol=1)
    table = shares()
    rows = {"gan": {"matrix": table[:, :12], "no_hue": table[:, 12]}}
    pictures.save_hues(rows, tmp_path / "hues.png")
    shown = {tuple(c) for c in opened(tmp_path / "hues.png").reshape(-1, 3).tolist()}
    for colour in np.round(255 * colours).astype(int):
        assert any(np.abs(np.subtract(colour, c)).max() <= 1 for c in shown)


def test_hues_of_another_number_of_sectors_are_refused(tmp_path):
    rows = {"gan": {"matrix": np.eye(6), "no_hue": np.zeros(6)}}
    with pytest.raises(ValueError, match="12 sectors"):
        pictures.save_hues(rows, tmp_path / "hues.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["sheet", "best_worst", "histograms", "hues"])
def test_a_failure_leaves_no_file_and_keeps_the_old_one(tmp_path, monkeypatch, kind):
    def fail(self, file, *args, **kwargs):
        with open(file, "wb") as half:  # noqa: PTH123  Pillow and Matplotlib take any path
            half.write(b"half a picture")
        raise OSError("no space left")

    monkeypatch.setattr(Image.Image, "save", fail)
    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", fail)
    photo = photos(1, 8)[0]
    table = shares()
    save, first = {
        "sheet": (pictures.save_sheet, {"truth": photo[None]}),
        "best_worst": (
            pictures.save_best_worst,
            {"gan": {"best": [(photo, photo, photo, "a")], "worst": []}},
        ),
        "histograms": (
            lambda rows, path: pictures.save_histograms({"rose": 1}, rows, path),
            {"truth": counts_of(photo)},
        ),
        "hues": (
            pictures.save_hues,
            {"gan": {"matrix": table[:, :12], "no_hue": table[:, 12]}},
        ),
    }[kind]
    for old in (None, b"the old one"):
        if old:
            (tmp_path / "a.png").write_bytes(old)
        with pytest.raises(OSError, match="no space left"):
            save(first, tmp_path / "a.png")
        assert [p.read_bytes() for p in tmp_path.iterdir()] == ([old] if old else [])
