"""Every measured number that a document or a recipe tells is the one that stands in a record.

Tables are written by record.py. All else is listed here, with the key of its record (see
experiments/measured.py); a number that is neither, nor excused, fails the last test.
"""

import claims
import pytest


def runs(name, field="wall_minutes"):
    return ("runs", name, field)


def scores(row, metric, evaluation="oxford-test-128"):
    return ("evaluations", evaluation, row, metric)


def benchmark(name, *keys):
    return ("benchmarks", name, *keys)


def flowers(metric):
    return scores("flowers", metric, "oxford-test-128-flowers")


def larger(metric):
    return scores("chroma-l", metric, "oxford-test-128-chroma-l")


def at(method, name="upsampling", photos="kodak"):
    return benchmark(name, photos, "64 px", method, "ciede2000")


def of_gan(stage, key="of_gan"):
    return benchmark("training", f"chroma, stage {stage}", key)


def garden(row, metric):
    return scores(row, metric, "synthetic-test-64-quickstart")


WEIGHTS = benchmark("network", "chroma float32", "weights")
WEIGHTS_L = benchmark("network-chroma-l", "chroma float32", "weights")
GFLOP_L = benchmark("network-chroma-l", "chroma float32", "gflop")
RESTRAINT = ("saved_models", "flowers", "data", "restraint", "photos")
MEAN_CHROMA = scores("mean_chroma", "psnr")
INT8 = ("saved_models", "photos", "parity", "files", "chroma_int8.tflite")

TRAINED_ON = ("saved_models", "photos", "data", "photos")


def anything(row, metric="ciede2000"):
    return scores(row, metric, "photos-test-160")


# Document → (its words, with {} for each number; the numbers' keys).
CLAIMS = {
    "README.md": [
        (
            "was trained on {} photos of anything in {} minutes on two cores",
            TRAINED_ON,
            runs("photos-192"),
        ),
        ("in about {} minutes on two cores, without any data", runs("quickstart-64")),
        ("research use) and {} photos of Caltech 101", RESTRAINT),
    ],
    "docs/colorize.md": [
        (
            "pixels within {}, {} or {} levels at quality 75, 90 or 95, on Kodak's",
            *(benchmark("jpeg_luma", "levels", quality) for quality in ("75", "90", "95")),
        ),
        (
            "brought up again is {} instead of {} (bilinear) on Kodak's photos, {} instead of {} "
            "on Oxford's",
            at("ours"),
            at("bilinear"),
            at("ours", "upsampling-oxford", "oxford_flowers102"),
            at("bilinear", "upsampling-oxford", "oxford_flowers102"),
        ),
    ],
    "docs/data.md": [
        (
            "(short side 256 px) at {}× the bare decoder's photos/s the first time, and feeds "
            "training from the cache at {}×, some {} photos/s",
            benchmark("pipeline", "cold", "of_bare"),
            benchmark("pipeline", "warm", "of_bare"),
            benchmark("pipeline", "warm", "photos_per_s"),
        ),
    ],
    "docs/limits.md": [
        (
            "Its int8 files are up to {} ΔE off in single pixels ({} ΔE on average)",
            (*INT8, "max_delta_e"),
            (*INT8, "mean_delta_e"),
        ),
    ],
    "docs/experiments.md": [("see {} photos each, at 64 px", runs("bench-gan-s0", "photos_seen"))],
    "docs/recipes.md": [
        ("128 and 192 px; needs `--data` | {} minutes on two cores |", runs("photos-192")),
        ("the garden, 64 px | {} minutes on two cores |", runs("quickstart-64")),
        ("Flowers 102, 128 px | {} minutes on two cores |", runs("autoencoder-128")),
        (
            "a quarter of the size, {} M weights, three stages, 96 and 128 px | {} minutes on",
            WEIGHTS,
            runs("flowers-128"),
        ),
        (
            "with {} M weights and {} GFLOP at 256 px, for those with time | {} minutes on two",
            WEIGHTS_L,
            GFLOP_L,
            runs("chroma-l-128"),
        ),
        (
            "rare ones counting more; {} M weights, {} M with `--set generator.width=64`",
            benchmark("network-colorful", "colorful float32", "weights"),
            benchmark("network-colorful-64", "colorful float32", "weights"),
        ),
        ("Flowers 102, 128 px | {} minutes on two cores with", runs("gan-128")),
        ("{} CPU minutes where `gan` takes {} |", ("bench", "unet"), ("bench", "gan")),
        ("{} CPU minutes; at 128 px not trained yet", ("bench", "nazeri")),
        (
            "gray photo too | on the bench {}, {} and {} CPU minutes",
            *(("bench", f"gan-{name}") for name in ("dense", "highway", "conditional")),
        ),
        (
            "two stages | on the bench {}, {}, {}, {}, {} and {} CPU minutes",
            *(("bench", f"gan-{x}") for x in ("patch", "spectral", "hinge", "least-squares")),
            ("bench", "gan-augmented"),
            ("bench", "nogan"),
        ),
        ("All of these on the same {} photos", runs("bench-gan-s0", "photos_seen")),
        (
            "`gan` {} photos/s, `chroma` at 96 px {} ({}×), at 128 px {} ({}×), its last stage {} "
            "({}×).",
            benchmark("training", "gan", "photos_per_s"),
            *(of_gan(n, key) for n in (1, 2, 3) for key in ("photos_per_s", "of_gan")),
        ),
        (
            "the report's generator {} ms, {} GFLOP, {} MB; `chroma` {} ms in float32 ({}×; {} "
            "GFLOP; {} MB as float16), {} ms in int8 ({}×; {} MB).",
            *(benchmark("network", "report float32", key) for key in ("best_ms", "gflop", "mb")),
            *(
                benchmark("network", "chroma float32", key)
                for key in ("best_ms", "best_faster", "gflop")
            ),
            benchmark("network", "chroma float16", "mb"),
            *(benchmark("network", "chroma int8", x) for x in ("best_ms", "best_faster", "mb")),
        ),
    ],
    "docs/train.md": [
        ("in about {} minutes on two cores, without any data", runs("quickstart-64")),
    ],
    "CONTRIBUTING.md": [
        (
            "python -m pytest --run-slow # about {} minutes on two",
            benchmark("tests", "pytest", "minutes"),
        ),
        (".ci/run # {} minutes: all of it", benchmark("tests", "ci", "minutes")),
    ],
    "recipe quickstart": [
        (
            "{} minutes on two cores; test PSNR {} dB (mean chroma: {}), colourfulness {} ·",
            runs("quickstart-64"),
            garden("quickstart", "psnr"),
            garden("mean_chroma", "psnr"),
            garden("quickstart", "colourfulness"),
        ),
    ],
    "recipe autoencoder": [
        (
            "{} minutes on two cores; test PSNR {} dB (mean chroma: {}), colourfulness {} ·",
            runs("autoencoder-128"),
            scores("autoencoder", "psnr"),
            MEAN_CHROMA,
            scores("autoencoder", "colourfulness"),
        ),
    ],
    "recipe gan": [
        (
            "{} minutes on two cores with --set precision=mixed_bfloat16 where the CPU has it; "
            "test PSNR {} dB (mean chroma: {}), colourfulness {} ·",
            runs("gan-128"),
            scores("gan", "psnr"),
            MEAN_CHROMA,
            scores("gan", "colourfulness"),
        ),
    ],
    "recipe photos": [
        ("On {} photos (those", TRAINED_ON),
        (
            "{} minutes on two cores, 2.3 core-hours, give CIEDE2000 {} on photos of anything, "
            "where gray has {} (",
            runs("photos-192"),
            anything("photos"),
            anything("gray"),
        ),
        (
            "{} minutes on two cores; on photos of anything CIEDE2000 {} (gray: {}) ·",
            runs("photos-192"),
            anything("photos"),
            anything("gray"),
        ),
    ],
    "recipe chroma": [
        ("from a network of {} M weights", WEIGHTS),
        (
            "{} minutes on two cores with --set precision=mixed_bfloat16 and a restraint of {} "
            "photos; test PSNR {} dB (mean chroma: {}), colourfulness {} ·",
            runs("flowers-128"),
            RESTRAINT,
            flowers("psnr"),
            MEAN_CHROMA,
            flowers("colourfulness"),
        ),
        (
            "train_on=train+validation``, {} minutes on two cores ({} of processor time) give test "
            "PSNR {} dB, CIEDE2000 {}, colourfulness {} (",
            runs("flowers-128"),
            runs("flowers-128", "cpu_minutes"),
            *map(flowers, ("psnr", "ciede2000", "colourfulness")),
        ),
    ],
    "recipe chroma-l": [
        ("the flagship with {} M weights and {} GFLOP at 256 px ·", WEIGHTS_L, GFLOP_L),
        (
            "{} minutes on two cores with --set precision=mixed_bfloat16 and a restraint of {} "
            "photos; test PSNR {} dB (mean chroma: {}), colourfulness {}:",
            runs("chroma-l-128"),
            RESTRAINT,
            larger("psnr"),
            MEAN_CHROMA,
            larger("colourfulness"),
        ),
        (
            "``, {} minutes on two cores ({} of processor time) give test PSNR {} dB, CIEDE2000 "
            "{}, colourfulness {}.",
            runs("chroma-l-128"),
            runs("chroma-l-128", "cpu_minutes"),
            *map(larger, ("psnr", "ciede2000", "colourfulness")),
        ),
    ],
    "recipe chroma-gan": [
        (
            "validation PSNR {} dB, colourfulness {} ·",
            *(
                scores("chroma (runs/a)", metric, "oxford-validation-128-vivid")
                for metric in ("psnr", "colourfulness")
            ),
        ),
    ],
    "recipe gan-augmented": [
        (
            "while L1 falls from {} to {} and validation PSNR rises from {} to {} dB",
            *(("quarters", "gan-augmented", x, end) for x in ("l1", "val_psnr") for end in (0, 1)),
        ),
    ],
}
ON_THE_BENCH = "on the bench {} CPU minutes where gan takes {};"
for system in (
    "unet", "gan-dense", "gan-highway", "gan-conditional", "gan-patch", "gan-spectral",
    "gan-hinge", "gan-least-squares", "gan-augmented", "nogan", "nazeri",
):  # fmt: skip
    row = (ON_THE_BENCH, ("bench", system), ("bench", "gan"))
    CLAIMS.setdefault(f"recipe {system}", []).append(row)

# Document → words whose numbers are not measured here, and what they are.
EXCUSED = {
    "docs/evaluate.md": [
        ("{} M weights (Zhang et al. 2016), {} M (DDColor-tiny), {} M (DeOldify), {} M (ColTran), "
         "{} M (BigColor), {} M (DDColor-large)", "DDColor's paper"),
        ("phones is {} MB ({} MB as int8) and takes {} ms", "Qualcomm's card"),
    ],
    "docs/colorize.md": [
        ("equals the gray photo within {} levels, at every size", "a bound that a test holds"),
        ("on top ({} % of pixels within", "which quantile is told"),
    ],
    "docs/train.md": [("download (about {} MB)", "tfds says so of its files")],
    "docs/recipes.md": [
        ("it is right less than {} % of the time", "a setting"),
        ("accuracy on {} validation photos", "a setting"),
    ],
    "recipe gan-augmented": [("in 20 epochs of {} photos at 64 px", "a setting")],
    "recipe quickstart": [("work in under {} minutes, without", "a promise")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "claim"),
    [
        pytest.param(name, claim, id=f"{name}: {claim[0][:40]}")
        for name, found in CLAIMS.items()
        for claim in found
    ],
)
def test_what_is_told_is_what_was_measured(document, claim):
    assert claims.wrong(document, *claim) == []


@pytest.mark.parametrize("document", claims.documents())
def test_every_measured_number_has_its_record(document):
    known = [words for words, *_ in [*CLAIMS.get(document, []), *EXCUSED.get(document, [])]]
    assert claims.unclaimed(document, known) == []


def test_every_document_that_is_named_is_there():
    assert {*CLAIMS, *EXCUSED} <= set(claims.documents())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it took 72 minutes", ["it took 72 minutes"]),
        ("within 15, 9 or 6 levels at 75", ["within 15, 9 or 6 levels"]),
        ("0.42–0.46× the pace, 62×, 32 × 32 cells", ["0.42–0.46×", "0.42–0.46× the pace, 62×"]),
        ("PSNR 19.6 dB, CIEDE2000 14.7", ["PSNR 19.6 dB", "PSNR 19.6 dB, CIEDE2000 14.7"]),
        ("at 128 px, 30 epochs of 512, Python 3.11", []),
    ],
)
def test_measured_numbers_are_seen(monkeypatch, text, found):
    monkeypatch.setattr(claims, "documents", lambda: {"a": text})
    assert claims.unclaimed("a", []) == found
    assert claims.unclaimed("a", [text]) == []


def test_a_number_that_is_told_otherwise_is_seen(monkeypatch):
    monkeypatch.setattr(claims, "documents", lambda: {"a": "took 71 minutes, 1.5 M weights"})
    assert claims.wrong("a", "took {} minutes", runs("flowers-128"))
    assert claims.wrong("a", "{} M weights", WEIGHTS)
    monkeypatch.setattr(claims, "documents", lambda: {"a": "took 72 minutes, 1.35 M weights"})
    assert not claims.wrong("a", "took {} minutes", runs("flowers-128"))
    assert not claims.wrong("a", "{} M weights", WEIGHTS)
    with pytest.raises(ValueError, match="stands 0 times"):
        claims.wrong("a", "took {} hours", runs("flowers-128"))


def test_a_record_that_is_not_there_is_named():
    with pytest.raises(KeyError, match=r"experiments/runs/none/environment.json: no wall_minutes"):
        claims.number(runs("none"))
    with pytest.raises(KeyError, match=r"oxford-test-128/results.json: no models / ganz"):
        claims.number(scores("ganz", "psnr"))
