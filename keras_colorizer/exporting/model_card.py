"""The model card: the README.md of an exported folder, for people who meet the model there."""

from keras_colorizer.exporting import examples, parity
from keras_colorizer.inference import layout

_BIASES = """\
- Colours are plausible, not true: many colours give one gray. No result says what colour a thing
  had. Say of a published picture that it was colorized by a machine.
- Where it is unsure it goes for what is common in its training photos. Rare colours come out dull,
  or as the common ones of such things; white things may get a tint.
- It knows what is in its training photos ({data}). What is not there gets the colours of what it
  resembles, or hardly any: to a network that has seen flowers alone, skin, skies, buildings,
  animals and the grain of old film are such things."""

_USE = """\
Python, by this package:

    import keras_colorizer
    colorizer = keras_colorizer.load("{folder}")  # or the path of this folder
    colorizer("old.jpg").save("new.png")

Command line: `python -m keras_colorizer.colorize old.jpg --model {folder}`

TensorFlow Serving (this folder as version 1 of a model called {folder}):

    (printf '{{"signature_name": "colorize_encoded", "instances": [{{"image_bytes": {{"b64": "'
     base64 < old.jpg | tr -d '\\n'; printf '"}}}}]}}') |
      curl -d @- http://localhost:8501/v1/models/{folder}:predict

Android (LiteRT, Kotlin); `gray` holds the photo's luma at {size} × {size}, rows first, 0..1:

    val interpreter = Interpreter(file)  // chroma_float32.tflite
    val chroma = Array(1) {{ Array({height}) {{ Array({width}) {{ FloatArray(2) }} }} }}
    interpreter.run(gray, chroma)        // gray: a direct FloatBuffer of {size} * {size}

iOS (TensorFlowLiteSwift):

    let interpreter = try Interpreter(modelPath: path)  // chroma_float32.tflite
    try interpreter.allocateTensors()
    try interpreter.copy(Data(buffer: gray), toInputAt: 0)  // UnsafeBufferPointer<Float>
    try interpreter.invoke()
    let chroma = try interpreter.output(at: 0).data         // {height} * {width} * (Cb, Cr)

Then enlarge Cb and Cr (bilinear) to the photo and keep the photo's own luma Y in 0..1:
R = Y + 1.402 Cr, G = Y - 0.344 Cb - 0.714 Cr, B = Y + 1.772 Cb. Where one falls outside 0..1,
scale Cb and Cr of that pixel down until it fits; clipping would change the luma."""

_WHAT = {
    parity.SAVED_MODEL: "with `variables/`: the SavedModel, for TensorFlow and its Serving",
    "chroma_float32.tflite": "gray to chroma: what this package runs",
    "chroma_float16.tflite": "the same, weights in half the bytes; for GPUs of phones",
    "chroma_int8.tflite": "the same, weights and activations int8, floats in and out",
    "chroma_int8_u8.tflite": "the same, bytes in (gray as it is) and out (see its scale)",
    layout.PHOTO: "photo to photo: uint8 [1, H, W, 1 or 3] to RGB, any size (float16)",
}


def _number(value, form):
    return "–" if value is None else format(value, form)


def _files(found):
    cores = str(found["cores"])
    rows = [
        f"| file | what it is | MB | ms on 1 thread | ms on {cores} | mean ΔE | max ΔE | "
        "colourfulness |",
        "|---|---|" + "---:|" * 6,
    ]
    for file, entry in found["files"].items():
        times = entry.get("latency_ms", {})
        rows.append(
            f"| `{file}` | {_WHAT[file]} | {entry['bytes'] / 1e6:.2f} | "
            f"{_number(times.get('1'), '.1f')} | {_number(times.get(cores), '.1f')} | "
            f"{entry['mean_delta_e']:.3f} | {entry['max_delta_e']:.2f} | "
            f"{_number(entry['colourfulness_ratio'], '.3f')} |"
        )
    return "\n".join(rows)


def whole(training: dict) -> dict:
    """The cost of a run and of those that it began from, added up.

    Args:
        training: as a card holds it: ``photos``, ``minutes``, ``cpu_minutes``, ``device``, and
            ``init``, the run that it began from.
    """
    total = {k: training.get(k) for k in ("photos", "minutes", "cpu_minutes", "device")}
    before = (training.get("init") or {}).get("training")
    if before:
        before = whole(before)
        total |= {
            k: (total[k] or 0) + (before[k] or 0) for k in ("photos", "minutes", "cpu_minutes")
        }
    return total


def sources(data):
    """The sources of a mix, and folders with licences of their own, as a list; may be empty."""
    lines = []
    for source in data.get("sources", []):
        weight = f", share {source['weight']:g}" if len(data["sources"]) > 1 else ""
        lines.append(f"- `{source['name']}`: {source['photos']:,} photos{weight}; licence: "
                     f"{source['licence']}")  # fmt: skip
        for folder in source.get("folders", []):
            origin = f"; from {folder['origin']}" if "origin" in folder else ""
            lines.append(f"  - `{folder['folder']}`: {folder['photos']:,} photos; licence: "
                         f"{folder['licence']}{origin}")  # fmt: skip
    return "\n".join(["", *lines, "", ""]) if lines else ""


def origin(card):
    """Where weights began that were not random, and who taught them, in paragraphs; may be empty.

    A teacher's own backbone is told too, as its colours come from there.
    """
    training, told = card.get("training") or {}, ""
    if teacher := training.get("teacher"):
        licence = f"; licence of its photos: {teacher['licence']}" if teacher.get("licence") else ""
        told = f"It learned the colours that another model gives, `{teacher['name']}`{licence}.\n\n"
        told += origin(teacher).replace("Its backbone", "That model's backbone")
    init = training.get("init") or {}
    while "package" not in init and init.get("training"):
        init = init["training"].get("init") or {}
    if "backbone" not in init:
        return told
    parts = [init[key] for key in ("origin", "package", "licence") if init.get(key)]
    return f"{told}Its backbone, `{init['backbone']}`, began pretrained: {'; '.join(parts)}.\n\n"


def _training(card):
    training, lines = whole(card.get("training") or {}), []
    if training.get("photos"):
        lines.append(f"{training['photos']:,} photos seen")
    if training.get("minutes"):
        lines.append(f"{training['minutes']:.0f} minutes on one {training.get('device', 'device')}")
    if training.get("cpu_minutes"):
        lines.append(f"{training['cpu_minutes']:.0f} minutes of processor time")
    return ", ".join(lines) or "not recorded"


def _scores(card):
    scores = {k: v for k, v in (card.get("scores") or {}).items() if v is not None}
    if not scores:
        return "None are recorded."
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in sorted(scores.items()))
    return (
        "On the test photos of its data, as `python -m keras_colorizer.evaluate` defines them:\n\n"
        f"| measure | mean |\n|---|---:|\n{rows}"
    )


def text(card: dict, chroma_shape: tuple[int, int]) -> str:
    """The model card as Markdown.

    Args:
        card: what goes into ``card.json``, with ``parity`` as ``parity.measure`` gives it and, in
            it, ``photos`` and ``calibration``.
        chroma_shape: height and width of the chroma that ``chroma_*.tflite`` give.

    Returns:
        Markdown, of lines that are not wrapped where they hold numbers.
    """
    found, size, data = card["parity"], card["size"], card.get("data") or {}
    name = data.get("name", "unknown photos")
    generator = (card.get("generator") or {}).get("name", "unknown")
    count = f"{data['photos']:,} photos of `{name}`" if data.get("photos") else f"`{name}`"
    folder, (height, width) = card["name"], chroma_shape
    photos, path, used = found["photos"], found["photo_path"], found["calibration"]
    biases = _BIASES.format(data=f"`{name}`" if data else name)
    use = _USE.format(folder=folder, size=size, height=height, width=width)
    int8 = "No int8 files: the codec's colour maths has powers, which 8 bits cannot hold."
    if "chroma_int8.tflite" in found["files"]:
        int8 = f"The int8 files were calibrated on {used['photos']} training photos."
    mobile = ", operators of mobile GPUs only in `chroma_float*`" if card.get("mobile") else ""
    return f"""\
# {folder}: gray photos become colour photos

A network (`{generator}`, codec `{card["codec"]}`) sees the photo at {size} × {size} pixels and
gives its chroma at {width} × {height}; the photo keeps its own sharpness and brightness.
{examples.markdown(card)}
## Intended use

Colour for gray photos whose owner wants to see how they may have looked. Not evidence of anything,
not for deciding what something was, not for passing off as an original.

## Data

Trained on {count}. Licence of the data: {card.get("licence") or "unknown"}.
{sources(data)}{origin(card)}Training cost: {_training(card)}.

## Limits and biases

{biases}

## Scores

{_scores(card)}

## Files

TensorFlow Lite's own operators only{mobile}. Times are the best of many calls on a computer of
{found["cores"]} processor cores, on one thread and on all: {size} × {size} pixels for `chroma_*`,
{path["size"]} × {path["size"]} for `colorize.tflite`.

{_files(found)}

ΔE (CIEDE2000; about 1 is what an eye can just see) and the ratio of colourfulness are those beside
the Keras network's picture, over {photos["photos"]} photos of `{photos["data"]}`
({photos["split"]}); those of `colorize.tflite` beside the SavedModel's, never more than
{parity.LEVELS} levels of 255 apart.
{int8}
The path in the graph (`colorize`) differs from the package's own, which shrinks with antialiasing
and brings chroma up along the photo's edges, by a mean ΔE of {path["mean_delta_e"]:.2f} at
{path["size"]} pixels.

## How to use it

{use}
"""
