"""Codecs: what a network sees of a gray photo, what it predicts, how that becomes colour again."""

from keras import ops

from keras_colorizer.color import bins, curves, hues, spaces
from keras_colorizer.errors import UserError, choose, within
from keras_colorizer.utils.registry import Registry

CODECS = Registry("codec")
register, get, defaults = CODECS.register, CODECS.build, CODECS.defaults


def enlarge(chroma, gray):
    """Brings chroma up to the size of the gray photo that it is to be merged with.

    Bilinear with pixel centres aligned, so that it undoes block means; nothing happens where the
    sizes are equal. Both sizes must be static.

    Args:
        chroma: float tensor (B, h, w, 2).
        gray: float tensor (B, H, W, 1).

    Returns:
        Float tensor (B, H, W, 2).
    """
    size = tuple(gray.shape[1:3])
    if tuple(chroma.shape[1:3]) == size:
        return chroma
    return ops.image.resize(chroma, size, interpolation="bilinear")


class Codec:
    """What most codecs have in common.

    Attributes:
        name: for ``--set codec=name`` and cards.
        channels: how many numbers for each place a network predicts.
        shrink: how much smaller than the working size its prediction is.
        predicts_cbcr: CbCr and nothing else, so that it can be scaled, and terms of chroma apply.
        predicts_rgb: it has a luma of its own, so a picture of its own.
        takes_noise: uniform noise in 0..1 is as good a fake as the report's GAN asks for.
        int8: its colour maths can be held in 8 bits.
        temperature: where it predicts how likely colours are, what makes them into one; else None.
        loss: the one loss that it can be trained by; None where any of chroma or RGB will do.
    """

    predicts_cbcr = False
    predicts_rgb = False
    takes_noise = False
    int8 = True
    temperature = None
    loss = None

    def see(self, gray):
        """Gray (B, H, W, 1) in 0..1 → the network's input, here the same."""
        return gray

    def express(self, target):
        """The prediction that says exactly a target: here the same."""
        return target


@register
class RgbCodec(Codec):
    """The report's codec: gray in 0..1 goes in, the photo's RGB in 0..1 comes out.

    Source: the report, sections on the autoencoder and the GAN (sigmoid RGB outputs).
    """

    name = "rgb"
    channels = 3
    shrink = 1
    predicts_rgb = True
    takes_noise = True  # its predictions are in 0..1

    def encode(self, rgb):
        """uint8 RGB (B, H, W, 3) → (what the network sees, what it should predict)."""
        target = ops.cast(rgb, "float32") / 255.0
        return self.see(spaces.luma(target)), target

    def decode(self, gray, prediction):
        """Prediction → RGB (B, H, W, 3) in 0..1: here the network's own, luma included."""
        return ops.clip(ops.cast(prediction, "float32"), 0.0, 1.0)

    def chroma(self, gray, prediction):
        """Prediction → CbCr (B, h, w, 2) in ±0.5, to be merged with the photo's own luma."""
        return spaces.chroma(self.decode(gray, prediction))


@register
class YcbcrCodec(Codec):
    """Gray in 0..1 goes in, the photo's chroma at a quarter of the working size comes out.

    The photo keeps its own luma; chroma is what JPEG stores and needs no powers or cube roots. The
    target is the mean of each 4 × 4 block, as JPEG's own subsampling takes means.

    A network that is trained for a small mean error predicts colours paler than the truth's, and
    the paler, the less it is sure. The options say what is made of its prediction, not what it is
    trained for: one factor for all, and more for some lengths and hues of chroma.

    Args:
        saturation: factor on all chroma, 0 to 4.
        curve: pairs of a knee and of what is added to the slope beyond it, by hue if it is a list;
            see ``curves.checked``.

    Raises:
        UserError: an option outside its range.

    Source: JFIF 1.02, section 7, for CbCr.
    """

    name = "ycbcr"
    channels = 2
    predicts_cbcr = True
    shrink = 4

    def __init__(self, saturation=1.0, curve=()):
        self.saturation = within("codec.saturation", saturation, 0, 4)
        self.curve = curves.checked(curve)

    def encode(self, rgb):
        """uint8 RGB (B, H, W, 3) → gray (B, H, W, 1), CbCr in ±0.5 (B, H/4, W/4, 2)."""
        rgb = ops.cast(rgb, "float32") / 255.0
        return self.see(spaces.luma(rgb)), ops.average_pool(spaces.chroma(rgb), 4, strides=4)

    def decode(self, gray, prediction):
        """Prediction → RGB (B, H, W, 3) in 0..1 with the gray photo's luma."""
        return spaces.merge(gray, enlarge(self.chroma(gray, prediction), gray))

    def chroma(self, gray, prediction):
        """Prediction → CbCr (B, H/4, W/4, 2), about ±0.5: the same, if no option is set."""
        chroma = ops.cast(prediction, "float32")
        scaled = chroma if self.saturation == 1 else self.saturation * chroma
        return scaled + curves.bend(chroma, self.curve) if self.curve else scaled


@register
class ColorBinsCodec(Codec):
    """Lightness goes in, how likely each colour is at a quarter of the working size comes out.

    The target is a soft vote for the ab bins nearest to the mean colour of each 4 × 4 block: the
    mean of RGB, because chroma, which is linear in it, is what meets the photo's luma at last; and
    Lab of a sixteenth of the pixels is quickly had.

    Args:
        temperature: of the annealed mean, 0 (the likeliest colour) to 1 (the mean of all); 0.38 is
            the paper's.
        sees: what the network is given: ``lightness``, the paper's L* in ±1, or ``gray``, the luma
            in 0..1, for backbones and bodies that were trained on it.
        votes: what a target votes for: the ``nearest`` five bins, as in the paper, or ``all`` by
            the same Gaussian, which is had in a sixth of the time.

    Raises:
        UserError: another temperature, another thing to see, other votes.

    Source: Zhang, Isola & Efros 2016, sections 2.1 to 2.3.
    """

    name = "bins"
    channels = bins.COUNT
    shrink = 4
    loss = "cross_entropy"

    def __init__(self, temperature=0.38, sees="lightness", votes="nearest"):
        self.temperature = within("codec.temperature", temperature, 0, 1)
        self._sees = choose("codec.sees", sees, ("lightness", "gray"))
        by = {"nearest": bins.encode, "all": bins.encode_quickly}
        self._encode = by[choose("codec.votes", votes, by)]
        # They are computed once, which a graph that is being traced could not do.
        bins.lightness_bends(), bins.centres(), bins.chroma_of_bins()

    def encode(self, rgb):
        """uint8 RGB (B, H, W, 3) → what it sees (B, H, W, 1), shares (B, H/4, W/4, 261), sum 1."""
        rgb = ops.cast(rgb, "float32") / 255.0
        return self.see(spaces.luma(rgb)), self._encode(self.ab(rgb))

    def ab(self, rgb):
        """RGB (B, H, W, 3) in 0..1 → a* and b* (B, H/4, W/4, 2) of its blocks' mean colours."""
        return spaces.rgb_to_lab(ops.average_pool(rgb, 4, strides=4))[..., 1:]

    def see(self, gray):
        """Gray (B, H, W, 1) in 0..1 → its L*, from -1 (black) to 1 (white); or the same."""
        return bins.see(gray) if self._sees == "lightness" else gray

    def express(self, target):
        """The logits of shares, what the loss is least for; none is quite 0."""
        return ops.log(ops.maximum(target, 1e-9))

    def decode(self, gray, prediction):
        """Prediction → RGB (B, H, W, 3) in 0..1 with the gray photo's luma."""
        return spaces.merge(gray, enlarge(self.chroma(gray, prediction), gray))

    def chroma(self, gray, prediction, temperature=None):
        """Logits → CbCr (B, H/4, W/4, 2) in ±0.5, at the codec's temperature or another."""
        temperature = self.temperature if temperature is None else temperature
        logits = ops.cast(prediction, "float32")
        return bins.chroma(logits, ops.average_pool(gray, 4, strides=4), temperature)


@register
class HueCodec(Codec):
    """Gray in 0..1 goes in, how likely each hue is and how strong the colour comes out.

    At a quarter of the working size, of each block's mean chroma, as with ``ycbcr``.

    Args:
        directions: of the CbCr plane, 4 to 64: how many hues there are to choose among.
        temperature: of the annealed mean direction, 0 (the likeliest) to 1 (the mean of all).

    Raises:
        UserError: another number of directions, or another temperature.
    """

    name = "hue"
    shrink = 4
    loss = "hue_cross_entropy"

    def __init__(self, directions=16, temperature=0.38):
        if type(directions) is not int or not 4 <= directions <= 64:
            raise UserError(f"codec.directions is {directions!r}; give a whole number from 4 to 64")
        self.directions, self.channels = directions, directions + 1
        self.temperature = within("codec.temperature", temperature, 0, 1)

    def encode(self, rgb):
        """uint8 RGB (B, H, W, 3) → gray (B, H, W, 1), what ``hues.encode`` says of its blocks."""
        rgb = ops.cast(rgb, "float32") / 255.0
        cbcr = ops.average_pool(spaces.chroma(rgb), 4, strides=4)
        return self.see(spaces.luma(rgb)), hues.encode(cbcr, self.directions)

    def express(self, target):
        """The logits of shares, what the loss is least for, none quite 0; and the strength."""
        shares, strength = target[..., :-1], target[..., -1:]
        return ops.concatenate([ops.log(ops.maximum(shares, 1e-9)), strength], axis=-1)

    def decode(self, gray, prediction):
        """Prediction → RGB (B, H, W, 3) in 0..1 with the gray photo's luma."""
        return spaces.merge(gray, enlarge(self.chroma(gray, prediction), gray))

    def chroma(self, gray, prediction, temperature=None):
        """Prediction → CbCr (B, H/4, W/4, 2), at the codec's temperature or another."""
        temperature = self.temperature if temperature is None else temperature
        return hues.chroma(ops.cast(prediction, "float32"), temperature)


@register
class LabCodec(Codec):
    """L* goes in, the whole of L*a*b* comes out, each scaled to about ±1.

    Source: Nazeri, Ng & Ebrahimi 2018, section 3.1, whose network ends in a tanh over L*a*b*; the
    scales 50 (L*, moved by 50) and 110 (a*, b*) are the ranges that sRGB fills.
    """

    name = "lab"
    channels = 3
    shrink = 1
    predicts_rgb = True
    int8 = False  # measured: its powers put int8 files 7 ΔE off

    def encode(self, rgb):
        """uint8 RGB (B, H, W, 3) → (L* of its gray photo (B, H, W, 1), L*a*b*), in ±1."""
        rgb = ops.cast(rgb, "float32") / 255.0
        lab = spaces.rgb_to_lab(rgb)
        target = ops.concatenate([lab[..., :1] / 50.0 - 1.0, lab[..., 1:] / 110.0], axis=-1)
        return self.see(spaces.luma(rgb)), target

    def see(self, gray):
        """Gray (B, H, W, 1) in 0..1 → the L* of that neutral gray, in ±1.

        A gray photo holds Rec. 601 luma, so this is not quite the L* of the photo's colours.
        """
        return spaces.lightness(gray) / 50.0 - 1.0

    def decode(self, gray, prediction):
        """Prediction → RGB (B, H, W, 3) in 0..1: here the network's own, lightness included."""
        prediction = ops.cast(prediction, "float32")
        lightness, ab = 50.0 * (prediction[..., :1] + 1.0), 110.0 * prediction[..., 1:]
        return ops.clip(spaces.lab_to_rgb(ops.concatenate([lightness, ab], axis=-1)), 0.0, 1.0)

    def chroma(self, gray, prediction):
        """Prediction → CbCr (B, h, w, 2) in ±0.5, to be merged with the photo's own luma."""
        return spaces.chroma(self.decode(gray, prediction))
