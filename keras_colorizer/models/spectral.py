"""Spectral normalisation: convolutions that cannot stretch what they are given."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("keras_colorizer")
class SpectralConv2D(layers.Conv2D):
    """A convolution whose kernel is divided by its largest singular value, as a matrix.

    One step of power iteration at each call in training keeps the estimate up to date; it is a
    weight, so inference and checkpoints use the same one. Unlike Keras's wrapper, it never assigns
    the kernel, so it is the same inside and outside of ``stateless_call``.

    Args:
        as ``keras.layers.Conv2D``.

    Source: Miyato et al. 2018, algorithm 1.
    """

    def build(self, input_shape):
        """Makes the kernel, the bias and the estimated singular vector."""
        super().build(input_shape)
        self.left = self.add_weight(
            shape=(1, self.filters),
            initializer="random_normal",
            trainable=False,
            aggregation="mean",  # replicas compute the same
            name="left",
        )

    def save_own_variables(self, store):
        """Keeps the estimate too; Keras's convolutions store their kernel and bias only."""
        super().save_own_variables(store)
        store["left"] = self.left

    def load_own_variables(self, store):
        """Loads what ``save_own_variables`` stored."""
        super().load_own_variables(store)
        self.left.assign(store["left"])

    def call(self, inputs, training=False):
        """Float tensor (B, H, W, C) → (B, h, w, filters)."""
        matrix = ops.reshape(self.kernel, (-1, self.filters))
        left = ops.cast(self.left, matrix.dtype)
        right = ops.stop_gradient(ops.normalize(ops.matmul(left, ops.transpose(matrix))))
        if training:
            left = ops.stop_gradient(ops.normalize(ops.matmul(right, matrix)))
            self.left.assign(ops.cast(left, self.left.dtype))
        else:
            left = ops.normalize(left)
        sigma = ops.sum(ops.matmul(right, matrix) * left)
        x = ops.conv(inputs, self.kernel / sigma, strides=list(self.strides), padding=self.padding)
        # Subtracted, because TensorFlow fails to fuse an added bias with a leaky ReLU in training,
        # and says so on every user's screen.
        return self.activation(x - ops.reshape(self.bias, (1, 1, 1, -1)))
