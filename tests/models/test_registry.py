"""Networks are registered when one is first asked for, not when a card is read."""

import subprocess
import sys


def python(code, *words):
    command = [sys.executable, "-c", code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_card_is_read_without_keras(tmp_path):
    python(
        "import sys; from keras_colorizer.models import card, build\n"
        "card.write(sys.argv[1], {'name': 'a', 'codec': 'rgb', 'size': 8})\n"
        "assert card.read(sys.argv[1])['size'] == 8\n"
        "assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules)",
        tmp_path,
    )


def test_one_network_imported_by_itself_does_not_hide_the_others():
    code = "import keras_colorizer.models.unet; from keras_colorizer import models\n"
    code += "models.build('autoencoder', 16); print(*models.names())"
    assert {"autoencoder", "discriminator", "unet"} <= set(python(code).split())
