"""The Inception distances: arithmetic by hand, and features of a network with random weights."""

import h5py
import numpy as np
import pytest
from scipy import linalg

from keras_colorizer.errors import UserError
from keras_colorizer.evaluation.metrics import inception

NOTOP, FULL = inception._FILES


def draws(rows, scales, shift=0.0, seed=0):
    """Rows whose sample mean is exactly ``shift`` and whose covariance is exactly diag(scales²)."""
    wild = np.random.default_rng(seed).standard_normal((rows, len(scales)))
    wild -= wild.mean(axis=0)
    white = wild @ linalg.inv(linalg.cholesky(wild.T @ wild / (rows - 1)))
    return white * scales + shift


@pytest.mark.parametrize("rows", [12, 300, 5000])
def test_frechet_distance_of_known_gaussians(rows):
    # Diagonal covariances commute: |μa - μb|² + Σ (σa - σb)² = (4 + 9) + (1 + 0 + 4).
    a = draws(rows, [1.0, 2.0, 3.0], seed=1)
    b = draws(rows + 7, [2.0, 2.0, 1.0], shift=[2.0, 0.0, -3.0], seed=2)
    assert inception.frechet_distance(a, b) == pytest.approx(18.0, rel=1e-9)


def test_frechet_distance_is_the_formula_with_sqrtm():
    numbers = np.random.default_rng(3)
    a = numbers.standard_normal((60, 8)) @ numbers.standard_normal((8, 8))
    b = numbers.standard_normal((40, 8)) @ numbers.standard_normal((8, 8)) + 0.5
    one, two = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    gap = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    expected = gap + np.trace(one + two - 2 * np.real(linalg.sqrtm(one @ two)))
    assert inception.frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)
    assert inception.frechet_distance(b, a) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_where_covariances_are_singular():
    # Two rows span a line each: variances 2 along x and 8 along y, product 0, so 2 + 8 + |μ|².
    a = np.float64([[-1, 0, 0, 0], [1, 0, 0, 0]])
    b = np.float64([[0, -2, 3, 0], [0, 2, 3, 0]])
    assert inception.frechet_distance(a, b) == pytest.approx(2 + 8 + 9, rel=1e-12)
    # Along the same line their roots meet: (√2 - √8)² = 2.
    assert inception.frechet_distance(a, 2 * a) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("shape", [(2, 5), (30, 100), (500, 40)])
def test_equal_sets_are_at_no_distance(shape):
    a = np.random.default_rng(4).standard_normal(shape) * 3 + 1
    assert 0 <= inception.frechet_distance(a, a[::-1]) < 1e-9
    far = inception.frechet_distance(a, a + 1)
    assert far == pytest.approx(shape[1], rel=1e-6)


def looped(a, b):
    """The unbiased MMD² of Bińkowski et al. 2018, eq. 4, term by term."""

    def mean(x, y, same):
        values = [
            (sum(p * q for p, q in zip(u, v, strict=True)) / len(u) + 1) ** 3
            for i, u in enumerate(x)
            for j, v in enumerate(y)
            if not (same and i == j)
        ]
        return sum(values) / len(values)

    return mean(a, a, True) + mean(b, b, True) - 2 * mean(a, b, False)


@pytest.mark.parametrize(("rows", "others"), [(2, 3), (5, 4)])
@pytest.mark.parametrize("block", [2, 1024])
def test_kernel_distance_is_the_double_loop(rows, others, block, monkeypatch):
    monkeypatch.setattr(inception, "_ROWS", block)
    numbers = np.random.default_rng(5)
    a, b = numbers.standard_normal((rows, 6)), numbers.standard_normal((others, 6)) + 0.3
    assert inception.kernel_distance(a, b) == pytest.approx(looped(a, b), rel=1e-12)


def test_kernel_distance_by_hand():
    # d = 1: k(1,3) = 4³ = 64, k(0,0) = 1, k(1,0) = k(3,0) = 1, so 64 + 1 - 2.
    assert inception.kernel_distance([[1.0], [3.0]], [[0.0], [0.0]]) == pytest.approx(63.0)


def test_kernel_distance_has_no_bias_of_the_number():
    numbers = np.random.default_rng(6)
    few = [inception.kernel_distance(*numbers.standard_normal((2, 20, 4))) for _ in range(400)]
    error = np.std(few) / np.sqrt(len(few))
    assert abs(np.mean(few)) < 4 * error
    a, b = numbers.standard_normal((2, 3000, 4))
    assert abs(inception.kernel_distance(a, b)) < 0.01 < inception.kernel_distance(a, b + 0.5)


@pytest.mark.parametrize("distance", [inception.frechet_distance, inception.kernel_distance])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.ones((3, 4)), np.ones((3, 5))),
        (np.ones((1, 4)), np.ones((3, 4))),
        (np.ones(4), np.ones((3, 4))),
        (np.full((3, 4), np.nan), np.ones((3, 4))),
    ],
)
def test_what_is_no_pair_of_sets_is_refused(distance, a, b):
    with pytest.raises(ValueError, match="two sets|finite"):
        distance(a, b)


def test_weights_are_found_where_keras_keeps_them(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert inception.find_weights(None) is None
    models = tmp_path / "keras" / "models"
    models.mkdir(parents=True)
    for name in (FULL, NOTOP):  # the smaller file is preferred
        (models / name).touch()
        assert inception.find_weights(None) == models / name
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert inception.find_weights() is None
    (tmp_path / "home").mkdir()
    (tmp_path / "keras").rename(tmp_path / "home" / ".keras")
    assert inception.find_weights() == tmp_path / "home" / ".keras" / "models" / NOTOP


def test_given_weights_must_exist(tmp_path):
    (tmp_path / "mine.h5").touch()
    assert inception.find_weights(str(tmp_path / "mine.h5")) == tmp_path / "mine.h5"
    for missing in (tmp_path / "other.h5", tmp_path):
        with pytest.raises(UserError, match="no such file; give InceptionV3's weights"):
            inception.find_weights(missing)


def build(**options):
    import keras

    return keras.applications.InceptionV3(weights=None, **options)


def save_legacy(network, path):
    """Writes weights as Keras 2 did, and as keras.applications' files still are."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in network.layers]
        for layer in network.layers:
            group, names = file.create_group(layer.name), []
            for variable in layer.weights:
                names.append(f"{layer.name}/{variable.name}:0".encode())
                group[names[-1]] = np.asarray(variable)
            group.attrs["weight_names"] = names


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Random weights of InceptionV3 without the classifier, and their file."""
    import keras

    keras.utils.set_random_seed(11)
    network = build(include_top=False, pooling="avg", input_shape=(299, 299, 3))
    path = tmp_path_factory.mktemp("inception") / "random.weights.h5"
    network.save_weights(path)
    yield network, path
    path.unlink()  # 88 MB: pytest keeps the folders of three runs


def pictures(kind, count, seed):
    """Photos of 32 px: fine "noise", or a "plain" colour with a little noise."""
    numbers = np.random.default_rng(seed)
    if kind == "noise":
        return numbers.integers(0, 256, (count, 32, 32, 3), dtype="uint8")
    colours = numbers.integers(20, 230, (count, 1, 1, 3))
    return (colours + numbers.integers(0, 20, (count, 32, 32, 3))).astype("uint8")


@pytest.mark.slow
def test_features_of_loaded_weights_tell_pictures_apart(saved):
    original, path = saved
    network = inception.load(path)
    noise = inception.features(pictures("noise", 9, seed=1), network, batch=4)
    assert noise.shape == (9, 2048)
    assert noise.dtype == np.float32
    np.testing.assert_allclose(
        inception.features(pictures("noise", 9, seed=1), original), noise, rtol=1e-4, atol=1e-6
    )
    more = inception.features(pictures("noise", 9, seed=2), network)
    plain = inception.features(pictures("plain", 9, seed=3), network)
    for distance in (inception.frechet_distance, inception.kernel_distance):
        assert distance(noise, plain) > 10 * abs(distance(noise, more))
    assert inception.frechet_distance(noise, noise) < 1e-6
    assert inception.features(np.zeros((0, 8, 8, 3), "uint8"), network).shape == (0, 2048)
    with pytest.raises(ValueError, match="uint8"):
        inception.features(noise, network)


@pytest.mark.slow
def test_the_pixels_that_the_network_gets(saved):
    import keras

    network = keras.Sequential([keras.Input((299, 299, 3)), keras.layers.GlobalMaxPooling2D()])
    flat = np.uint8([[0, 128, 255], [255, 0, 51]])[:, None, None] * np.ones((1, 7, 7, 1), "uint8")
    expected = keras.applications.inception_v3.preprocess_input(np.float32(flat[:, 0, 0]))
    np.testing.assert_allclose(inception.features(flat, network), expected, atol=1e-6)


@pytest.mark.slow
def test_the_file_of_keras_applications_is_read(saved, tmp_path):
    network, _ = saved
    save_legacy(network, tmp_path / NOTOP)
    loaded = inception.load(tmp_path / NOTOP)
    (tmp_path / NOTOP).unlink()
    for one, other in zip(loaded.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("name", [FULL, "full.weights.h5"])
def test_the_file_with_the_classifier_serves_as_well(tmp_path, name):
    full = build()
    (full.save_weights if name != FULL else lambda path: save_legacy(full, path))(tmp_path / name)
    images = pictures("noise", 2, seed=4)
    found = inception.features(images, inception.load(tmp_path / name))
    (tmp_path / name).unlink()
    assert found.shape == (2, 2048)
    top = full.get_layer("predictions")
    large = np.stack([inception._enlarged(i) for i in images]).astype("float32") / 127.5 - 1
    logits = found @ np.asarray(top.kernel) + np.asarray(top.bias)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, full.predict_on_batch(large), rtol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage", ["empty", "half", "text", "other", "old", "nan", "hole", "suffix"]
)
def test_damaged_or_wrong_weights_are_one_clear_line(saved, tmp_path, damage):
    import keras

    network, good = saved
    path = tmp_path / {"suffix": "weights.bin", "old": "a.h5"}.get(damage, "a.weights.h5")
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    whole = good.read_bytes()
    short = {"suffix": b"", "empty": b"", "half": whole[: len(whole) // 2], "text": b"no weights"}
    path.write_bytes(short.get(damage, whole))
    if damage == "other":
        other.save_weights(path)
    elif damage == "old":
        save_legacy(other, path)
    elif damage in ("nan", "hole"):
        with h5py.File(path, "r+") as file:
            if damage == "nan":
                file["layers/conv2d_5/vars/0"][0] = np.nan
            else:
                del file["layers/conv2d_5"]
    with pytest.raises(UserError) as caught:
        inception.load(path)
    path.unlink()
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message
    assert f"damaged ({'weights are' if damage == 'nan' else ''}" in caught.value.message
    assert caught.value.message.endswith(NOTOP)
