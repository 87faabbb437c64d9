"""Reading pretrained weights: the cache, the package, and files that were made to do harm."""

import collections
import dataclasses
import io
import pickle

import numpy as np
import pytest

from keras_colorizer import models
from keras_colorizer.errors import UserError
from keras_colorizer.models.backbones import pretrained

NAME = "efficientnet_lite0"


class FloatStorage:
    """Pickled under torch's name."""


class LongStorage(FloatStorage):
    """Pickled under torch's name."""


def _rebuild_tensor_v2(*parts):
    raise AssertionError("never called: pickling needs its name only")


class Pickler(pickle.Pickler):
    """Writes tensors as torch's old format does."""

    def persistent_id(self, value):
        return value.pid if isinstance(value, Storage) else None

    def reducer_override(self, value):
        if isinstance(value, Tensor):
            parts = (value.storage, value.offset, value.size, value.stride, False, None)
            return _rebuild_tensor_v2, parts
        return NotImplemented


@dataclasses.dataclass
class Storage:
    pid: tuple


@dataclasses.dataclass
class Tensor:
    storage: Storage
    offset: int
    size: tuple
    stride: tuple


def torchlike(text):
    """A pickle's bytes with this module's classes under torch's names."""
    here = __name__.encode()
    text = text.replace(b"c" + here + b"\n_rebuild", b"ctorch._utils\n_rebuild")
    return text.replace(b"c" + here + b"\n", b"ctorch\n")


def file_of(
    tensors,
    storages,
    magic=pretrained.MAGIC,
    protocol=pretrained.PROTOCOL,
    facts=None,
    keys=None,
    counts=None,
):
    """The bytes of a state dict: ``tensors`` by name, ``storages`` key → array."""
    out = io.BytesIO()

    def put(value):
        # Protocol 2, as torch; classes are written by name, in plain text.
        part = io.BytesIO()
        Pickler(part, protocol=2).dump(value)
        out.write(torchlike(part.getvalue()))

    put(magic)
    put(protocol)
    put({"protocol_version": 1001, "little_endian": True, "type_sizes": {}} | (facts or {}))
    put(collections.OrderedDict(tensors))
    put(sorted(storages) if keys is None else keys)
    for key in sorted(storages):
        count = len(storages[key]) if counts is None else counts
        out.write(int(count).to_bytes(8, "little", signed=True) + storages[key].tobytes())
    return out.getvalue()


def tensor(key="1", count=6, offset=0, size=(2, 3), stride=(3, 1), kind=FloatStorage, **pid):
    label, view = pid.get("label", "storage"), pid.get("view")
    return Tensor(Storage((label, kind, key, "cpu", count, view)), offset, size, stride)


NUMBERS = {"1": np.arange(6, dtype="<f4")}


def test_tensors_are_read_with_their_strides():
    tensors = {"plain": tensor(), "turned": tensor(size=(3, 2), stride=(1, 3))}
    tensors["part"] = tensor(offset=4, size=(2,), stride=(1,))
    state = pretrained._state(file_of(tensors, NUMBERS))
    assert state["plain"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert state["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert state["part"].tolist() == [4, 5]


def test_whole_numbers_are_read_too():
    found = tensor(count=1, size=(), stride=(), kind=LongStorage)
    state = pretrained._state(file_of({"n": found}, {"1": np.array([7], "<i8")}))
    assert state["n"] == 7


HOSTILE = {
    "another magic number": file_of({"a": tensor()}, NUMBERS, magic=1),
    "another protocol": file_of({"a": tensor()}, NUMBERS, protocol=2),
    "big-endian": file_of({"a": tensor()}, NUMBERS, facts={"little_endian": False}),
    "offset past the end": file_of({"a": tensor(offset=1)}, NUMBERS),
    "a huge offset": file_of({"a": tensor(offset=2**62)}, NUMBERS),
    "a negative offset": file_of({"a": tensor(offset=-1)}, NUMBERS),
    "a negative stride": file_of({"a": tensor(stride=(-3, 1))}, NUMBERS),
    "a stride past the end": file_of({"a": tensor(stride=(2**40, 1))}, NUMBERS),
    "a negative size": file_of({"a": tensor(size=(-2, 3))}, NUMBERS),
    "a stride of 0 asking for terabytes": file_of(
        {"a": tensor(size=(2**40,), stride=(0,))}, NUMBERS
    ),
    "sizes that are no numbers": file_of({"a": tensor(size=("2", 3))}, NUMBERS),
    "fewer strides than sizes": file_of({"a": tensor(stride=(1,))}, NUMBERS),
    "a storage larger than the file": file_of({"a": tensor(count=2**40)}, NUMBERS, counts=2**40),
    "a storage that is not as large as told": file_of({"a": tensor(count=5)}, NUMBERS),
    "a negative storage": file_of({"a": tensor(count=-6)}, NUMBERS, counts=-6),
    "a storage that no tensor has": file_of({"a": tensor()}, NUMBERS, keys=["1", "2"]),
    "no list of storages": file_of({"a": tensor()}, NUMBERS, keys="1"),
    "a view of a storage": file_of({"a": tensor(view=("1", 0, 6))}, NUMBERS),
    "another kind of reference": file_of({"a": tensor(label="module")}, NUMBERS),
    "something beside tensors": file_of({"a": tensor(), "b": 3}, NUMBERS),
    "nothing": b"",
    "no pickle": b"PK\x03\x04 a zip file",
    "cut short": file_of({"a": tensor()}, NUMBERS)[:-5],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_one_line(name):
    with pytest.raises(UserError, match="not a file of pretrained weights"):
        pretrained._state(HOSTILE[name])


@pytest.mark.parametrize("call", ["os.system", "builtins.eval", "builtins.exec", "torch.load"])
def test_a_pickle_that_calls_anything_else_is_refused_before_it_runs(call, tmp_path):
    module, _, name = call.rpartition(".")
    witness = tmp_path / "ran"
    code = f"c{module}\n{name}\n(S'touch {witness}'\ntR.".encode()
    with pytest.raises(UserError, match="which no weights need"):
        pretrained._state(code)
    assert not witness.exists()


def test_a_file_far_too_large_is_not_even_looked_at():
    with pytest.raises(UserError, match="more than any known"):
        pretrained._state(b"\0" * (pretrained.LARGEST + 1))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_COLORIZER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def answer():
    network = models.build(NAME, 32)
    pretrained.load(network, NAME)
    return network.get_weights()


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_weights_are_cached_whole(cache, monkeypatch):
    first = answer()
    (file,) = cache.iterdir()
    assert file.name.endswith(".weights.h5")
    monkeypatch.setattr(pretrained, "_package_bytes", None)  # not asked for again
    assert same(first, answer())


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "other"])
def test_a_damaged_cache_is_made_anew_and_said_in_one_line(cache, damage, caplog):
    first = answer()
    (file,) = cache.iterdir()
    good = file.read_bytes()
    if damage == "changed":
        import h5py

        with h5py.File(file, "r+") as opened:
            opened["stem_conv/kernel"][0, 0, 0, 0] += 1
    else:
        file.write_bytes({"cut": good[: len(good) // 2], "empty": b"", "other": b"x" * 99}[damage])
    caplog.clear()
    assert same(first, answer())
    (told,) = caplog.messages
    assert "\n" not in told and "damaged" in told and "reading the package again" in told
    assert same(first, answer())
    assert len(caplog.messages) == 1


def test_a_cache_that_cannot_be_written_is_said_in_one_line(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("KERAS_COLORIZER_CACHE", str(tmp_path / "file" / "cache"))
    answer()
    (told,) = caplog.messages
    assert "\n" not in told and "not cached" in told


def test_without_the_extra_the_message_names_it(cache, monkeypatch):
    monkeypatch.setattr(pretrained.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"keras_colorizer\[pretrained\]"):
        answer()


def test_another_file_in_the_package_is_refused(cache, monkeypatch):
    found = dataclasses.replace(pretrained.PRETRAINED[NAME], sha256="0" * 64)
    monkeypatch.setitem(pretrained.PRETRAINED, NAME, found)
    with pytest.raises(UserError, match="not the file that was published"):
        answer()
    assert not cache.exists()


def test_a_network_without_known_weights_is_told():
    with pytest.raises(UserError, match="unknown pretrained backbone 'unet'"):
        pretrained.load(models.build("unet", 32), "unet")
