"""One photo before and after, side by side."""

from PIL import Image, ImageDraw, ImageFont

_GAP = 8  # pixels
_HEAD = 24  # pixels: the line of names


def side_by_side(panels: dict[str, Image.Image], largest: int = 1600) -> Image.Image:
    """Pictures of one photo in a row, with their names above, no larger than they are.

    Args:
        panels: name → image; all are shown at the first one's size, so that they can be compared.
        largest: no panel is wider or higher, in pixels.

    Returns:
        ``PIL.Image`` RGB on white.
    """
    first = next(iter(panels.values()))
    scale = min(1.0, largest / max(first.size))
    width, height = (max(1, round(side * scale)) for side in first.size)
    row = Image.new("RGB", (len(panels) * (width + _GAP) + _GAP, height + _HEAD + _GAP), "white")
    draw, font = ImageDraw.Draw(row), ImageFont.load_default(13)
    for place, (name, image) in enumerate(panels.items()):
        left = _GAP + place * (width + _GAP)
        if draw.textlength(name, font=font) <= width:
            draw.text((left + width // 2, _HEAD // 2), name, fill="black", font=font, anchor="mm")
        if image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        row.paste(image.convert("RGB"), (left, _HEAD))
    return row
