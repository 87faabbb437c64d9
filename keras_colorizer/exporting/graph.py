"""From a gray photo to a colour photo of the same size, as TensorFlow operations.

One function for every path: Keras runs it eagerly, the SavedModel holds it as a graph. It uses
only operations that TFLite has built in.
"""

import tensorflow as tf

from keras_colorizer.color import spaces


def gray_in_graph(image):
    """The gray photo that colorization starts from: Rec. 601 luma, exactly Pillow's.

    Args:
        image: uint8 tensor [B, H, W, 1 or 3].

    Returns:
        float32 tensor [B, H, W, 1] in 0..1; one channel is taken as it is.

    Raises:
        tf.errors.InvalidArgumentError: another number of channels, when the graph runs.
    """
    image = tf.convert_to_tensor(image, tf.uint8)
    shape = tf.shape(image)
    known = tf.logical_or(tf.equal(shape[3], 1), tf.equal(shape[3], 3))
    wanted = "an image must be uint8 [batch, height, width, 1 or 3]; the shape given is"
    with tf.control_dependencies([tf.debugging.Assert(known, [wanted, shape], summarize=4)]):
        # One channel is spread to three equal ones, whose luma is that channel again, exactly.
        rgb = tf.broadcast_to(tf.cast(image, tf.int32), tf.concat([shape[:3], [3]], axis=0))
    return tf.cast(spaces.gray_uint8(rgb), tf.float32) / 255.0


def shrink_in_graph(gray, size):
    """Resizes to the working size without aliasing, at any H and W.

    Bilinear to the nearest whole multiple of ``size`` below (one step that shrinks by less than
    two), then the mean of each block. ``tf.image.resize(antialias=True)`` has no TFLite builtin,
    and halving odd sizes shifts the picture by up to a working pixel.

    Args:
        gray: float32 tensor [B, H, W, 1].
        size: int, the working size in pixels; stretched, both axes alike.

    Returns:
        float32 tensor [B, size, size, 1].
    """
    shape = tf.shape(gray)
    across_h = tf.maximum(shape[1] // size, 1)
    across_w = tf.maximum(shape[2] // size, 1)
    blocks = tf.image.resize(gray, tf.stack([across_h * size, across_w * size]), "bilinear")
    rows = tf.reshape(blocks, tf.stack([shape[0] * size, across_h, across_w * size]))
    rows = tf.reduce_mean(rows, axis=1)
    cells = tf.reduce_mean(tf.reshape(rows, tf.stack([-1, across_w])), axis=1)
    return tf.reshape(cells, [-1, size, size, 1])


def _call(network, codec, seen):
    return tf.cast(network(codec.see(seen), training=False), tf.float32)


def _predict(network, codec, size, image):
    gray = gray_in_graph(image)
    seen = shrink_in_graph(gray, size)
    return gray, seen, _call(network, codec, seen)


def _to_uint8(rgb):
    return tf.cast(tf.round(tf.clip_by_value(rgb, 0.0, 1.0) * 255.0), tf.uint8)


def colorize_in_graph(network, codec, size, image):
    """Colorizes photos of any size; the result's luma is the photo's own, at full resolution.

    Luma, to the working size, network, its chroma back up (bilinear), merged with the luma.

    Args:
        network: ``keras.Model`` from what ``codec.see`` gives to what the codec decodes.
        codec: from ``keras_colorizer.color.codecs``.
        size: int, the working size in pixels.
        image: uint8 tensor or array [B, H, W, 1 or 3], any H and W.

    Returns:
        uint8 RGB tensor [B, H, W, 3], its luma within 1 level of the photo's.

    Raises:
        tf.errors.InvalidArgumentError: another number of channels.
    """
    gray, seen, prediction = _predict(network, codec, size, image)
    chroma = tf.image.resize(codec.chroma(seen, prediction), tf.shape(gray)[1:3], "bilinear")
    return _to_uint8(spaces.merge(gray, chroma))


def chroma_in_graph(network, codec, gray, **options):
    """The network's chroma at its own size, for what brings its own luma: apps and ``Model``.

    Args:
        network, codec: as for ``colorize_in_graph``.
        gray: float32 tensor [B, size, size, 1] in 0..1, at the working size.
        options: of the codec's ``chroma``, such as another ``temperature``.

    Returns:
        float32 tensor [B, h, w, 2]: CbCr in ±0.5.
    """
    return tf.cast(codec.chroma(gray, _call(network, codec, gray), **options), tf.float32)


def raw_in_graph(network, codec, size, image):
    """The network's own RGB at its working size, luma included: for codecs that predict RGB.

    Args:
        network, codec, size, image: as for ``colorize_in_graph``.

    Returns:
        uint8 RGB tensor [B, size, size, 3].

    Raises:
        ValueError: the codec predicts chroma only.
    """
    if not codec.predicts_rgb:
        raise ValueError(f"codec {codec.name!r} predicts no RGB of its own")
    _, seen, prediction = _predict(network, codec, size, image)
    return _to_uint8(codec.decode(seen, prediction))


def colorize_encoded_in_graph(network, codec, size, encoded):
    """Colorizes JPEG or PNG files, each of its own size, one after the other.

    Args:
        network, codec, size: as for ``colorize_in_graph``.
        encoded: string tensor [B], each the bytes of a JPEG or PNG file. EXIF orientation is not
            applied and alpha is dropped.

    Returns:
        String tensor [B]: JPEG files of quality 95 without chroma subsampling.

    Raises:
        tf.errors.InvalidArgumentError: bytes that are no image.
    """

    def one(file):
        # decode_jpeg reads PNG too and, unlike decode_image, can decode as exactly as Pillow does.
        image = tf.io.decode_jpeg(file, channels=3, dct_method="INTEGER_ACCURATE")
        result = colorize_in_graph(network, codec, size, image[tf.newaxis])[0]
        return tf.io.encode_jpeg(result, format="rgb", quality=95, chroma_downsampling=False)

    # Files one by one: photos are large, and the network uses all cores by itself.
    return tf.map_fn(one, encoded, fn_output_signature=tf.string, parallel_iterations=1)
