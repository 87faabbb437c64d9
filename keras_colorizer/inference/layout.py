"""Names of the files in an exported folder."""

EXACT = "chroma_float32.tflite"
CHROMA = (EXACT, "chroma_float16.tflite", "chroma_int8.tflite", "chroma_int8_u8.tflite")
PHOTO = "colorize.tflite"
FILES = (*CHROMA, PHOTO)


def files(codec) -> tuple[str, ...]:
    """Those of ``FILES`` that there can be of a codec: int8 holds no powers, such as Lab needs."""
    return FILES if codec.int8 else tuple(file for file in FILES if "int8" not in file)
