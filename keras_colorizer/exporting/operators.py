"""What stands in a ``.tflite`` file, read from the file itself: its operators and its tensors."""

import dataclasses
import os
from pathlib import Path

# What TensorFlow Lite's GPU delegate runs on phones: the list in its documentation (LiteRT, "GPU
# delegates for LiteRT", supported ops) as far as networks here may use it.
MOBILE_GPU = frozenset({
    "ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "EXP",
    "FULLY_CONNECTED", "LOGISTIC", "MAXIMUM", "MAX_POOL_2D", "MINIMUM", "MUL", "PAD", "PRELU",
    "RELU", "RELU6", "RESHAPE", "RESIZE_BILINEAR", "SOFTMAX", "STRIDED_SLICE", "SUB",
    "TRANSPOSE_CONV",
})  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Operator:
    """One operator of a file.

    Attributes:
        name: TensorFlow Lite's name of it, such as ``CONV_2D``; ``CUSTOM`` if it is no builtin.
        inputs, outputs: ``Tensor``, in the operator's order; inputs that are left out are not here.
    """

    name: str
    inputs: tuple
    outputs: tuple


@dataclasses.dataclass(frozen=True)
class Tensor:
    """What an operator reads or writes.

    Attributes:
        dtype: such as ``FLOAT32`` or ``INT8``.
        shape: tuple of int, as it stands in the file.
        constant: its values stand in the file.
    """

    dtype: str
    shape: tuple
    constant: bool


def _names(enumeration):
    return {value: name for name, value in vars(enumeration).items() if name.isupper()}


def read(path: str | os.PathLike) -> list[Operator]:
    """Every operator of a file, of all its subgraphs, in their order.

    Args:
        path: a ``.tflite`` file.

    Returns:
        List of ``Operator``. Source: the FlatBuffers schema of TensorFlow Lite, version 3.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(Path(path).read_bytes(), 0)
    names, dtypes = _names(schema.BuiltinOperator), _names(schema.TensorType)

    def tensor(graph, index):
        found = graph.tensors[index]
        content = model.buffers[found.buffer]
        shape = () if found.shape is None else tuple(int(n) for n in found.shape)
        return Tensor(dtypes[found.type], shape, content.data is not None or content.size > 1)

    def operator(graph, found):
        code = model.operatorCodes[found.opcodeIndex]
        # The older field holds what is below 127, the newer one all.
        name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        inputs, outputs = (
            tuple(tensor(graph, i) for i in side if i >= 0)
            for side in (found.inputs, found.outputs)
        )
        return Operator(name, inputs, outputs)

    return [operator(graph, x) for graph in model.subgraphs for x in graph.operators]


def not_on_mobile_gpus(path: str | os.PathLike) -> list[str]:
    """The names of a file's operators that the mobile GPU delegate does not run, sorted.

    A DEQUANTIZE of a constant does not count: it unpacks float16 weights, which the delegate keeps
    as they are.
    """
    unpacking = [
        x for x in read(path) if x.name == "DEQUANTIZE" and all(y.constant for y in x.inputs)
    ]
    return sorted({x.name for x in read(path) if x not in unpacking} - MOBILE_GPU)
