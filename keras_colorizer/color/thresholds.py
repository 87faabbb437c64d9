"""What counts as neutral, in CIE Lab: for training logs, which use Keras, and without it."""

# A pixel of the truth is neutral below this C* and above this L*: white petals.
NEUTRAL_CHROMA, NEUTRAL_LIGHTNESS = 8.0, 70.0
