"""Records of what benchmarks measured."""

import json

from keras_colorizer.errors import UserError


def write(path, part, command, measured):
    """Writes a record: what a part measured, by which command, with what, on which machine.

    Args:
        path: of the file, whole or not at all.
        part: such as ``photo``.
        command: the command line that repeats it.
        measured: dict that the part's function returned; its ``device``, if it names one.

    Raises:
        UserError: the file cannot be written.
    """
    from keras_colorizer.training import run_folder
    from keras_colorizer.utils.files import write_text

    facts = run_folder.facts(measured.get("device", "CPU"))
    measured = {key: value for key, value in measured.items() if key != "device"}
    found = {"part": part, "command": command, **facts, "measured": measured}
    try:
        write_text(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from error
