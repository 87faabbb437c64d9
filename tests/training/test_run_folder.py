"""The run folder: numbers, rows, checkpoints that are whole or not there."""

import subprocess
from pathlib import Path

import pytest

from keras_colorizer.errors import UserError
from keras_colorizer.training import recipes, run_folder


class Weights:
    """Stands for a trainer: writes and reads one number."""

    def __init__(self, value=0):
        self.value = value

    def save_weights(self, path):
        path.write_text(str(self.value))

    def load_weights(self, path):
        self.value = int(path.read_text())


@pytest.fixture
def run(tmp_path):
    return run_folder.Run.begin(tmp_path / "run", recipes.get("gan"))


def test_new_folders_are_numbered_and_never_reused(tmp_path):
    names = [run_folder.new_folder(name, tmp_path).name for name in ("gan", "gan", "autoencoder")]
    assert names == ["0001-gan", "0002-gan", "0003-autoencoder"]
    (tmp_path / "0001-gan").rmdir()
    assert run_folder.new_folder("gan", tmp_path).name == "0004-gan"


def test_the_newest_run_is_found(tmp_path):
    with pytest.raises(UserError, match="no run to resume"):
        run_folder.newest(tmp_path / "runs")
    for name in ("gan", "autoencoder"):
        run_folder.Run.begin(run_folder.new_folder(name, tmp_path), recipes.get(name))
    assert run_folder.newest(tmp_path).name == "0002-autoencoder"


def test_a_run_is_not_begun_over_another(run):
    with pytest.raises(UserError, match="holds a run already; add `resume=True`"):
        run_folder.Run.begin(run.folder, recipes.get("gan"))


def test_rows_survive_the_file_with_their_gaps(run):
    rows = [{"epoch": 1.0, "a": 0.5}, {"epoch": 2.0, "b": 1e-7}]
    run.write_rows(rows)
    assert run.rows == rows
    assert (run.folder / "metrics.csv").read_text().splitlines()[0] == "epoch,a,b"


def test_only_the_last_checkpoint_is_kept_and_loaded(run):
    for epoch in (1, 2, 10):
        run.save(Weights(epoch * 100), "last", epoch)
    trainer = Weights()
    run.load(trainer, "last")
    assert trainer.value == 1000 and run.epochs_done == 10
    assert [p.name for p in run.checkpoints.iterdir()] == ["last-00010"]


def test_a_checkpoint_that_fails_midway_leaves_the_one_before(run):
    class Full(Weights):
        def save_weights(self, path):
            super().save_weights(path)
            raise OSError("no space left on device")

    run.save(Weights(7), "last", 1)
    with pytest.raises(OSError, match="no space"):
        run.save(Full(8), "last", 2)
    trainer = Weights()
    run.load(trainer, "last")
    assert trainer.value == 7 and run.epochs_done == 1
    assert [p.name for p in run.checkpoints.iterdir()] == ["last-00001"]


def test_the_best_is_kept_beside_the_last(run):
    run.save(Weights(1), "last", 1)
    run.copy_best(1)
    run.save(Weights(2), "last", 2)
    trainer = Weights()
    assert run.load(trainer, "best") == 1
    assert trainer.value == 1


def test_nothing_to_load_is_one_clear_line(run):
    with pytest.raises(UserError, match="no 'best' checkpoint"):
        run.load(Weights(), "best")


def test_time_adds_up_over_processes():
    clock = run_folder.Clock({"wall_minutes": 5.0, "cpu_minutes": 9.0})
    spent = clock.spent()
    assert 5.0 <= spent["wall_minutes"] < 5.1 and 9.0 <= spent["cpu_minutes"] < 9.1


def test_environment_facts_name_what_computes(run):
    run.write_environment(**run_folder.facts("CPU"))
    run.write_environment(photos_seen=5, commits=["another"])
    run.write_environment(commits=["another"])
    environment = run.environment
    assert environment["versions"]["keras"] and environment["cores"] >= 1
    assert environment["commits"][0] == run_folder.commit()
    assert len(environment["commits"]) == 2 and environment["commits"][-1] == "another"
    assert environment["photos_seen"] == 5 and environment["device"] == "CPU"


def git(folder, *words):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    """A repository with our setup.cfg and a commit."""
    top = tmp_path / "checkout"
    top.mkdir()
    ours = (Path(run_folder.__file__).parents[2] / "setup.cfg").read_text(encoding="utf-8")
    (top / "setup.cfg").write_text(ours, encoding="utf-8")
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "a")
    return top


def test_the_commit_of_a_checkout_is_known(checkout):
    assert run_folder.commit(checkout) == git(checkout, "rev-parse", "HEAD")


def test_git_is_not_asked_about_code_that_is_no_checkout(checkout, monkeypatch):
    installed = checkout / "venv" / "site-packages"
    installed.mkdir(parents=True)
    assert run_folder.commit(installed) is None  # no setup.cfg beside it
    (installed / "setup.cfg").write_text((checkout / "setup.cfg").read_text())
    assert run_folder.commit(installed) is None  # not the top of the repository
    (checkout / "setup.cfg").write_text("[metadata]\nname = keras_colorizer_app\n")
    assert run_folder.commit(checkout) is None  # another project's
    (checkout / "setup.cfg").write_text((installed / "setup.cfg").read_text())
    monkeypatch.setenv("PATH", str(checkout))
    assert run_folder.commit(checkout) is None  # no git


def test_code_without_a_commit_is_null_among_the_others(run, monkeypatch):
    run.write_environment(commits=["a"])
    monkeypatch.setattr(run_folder, "commit", lambda: None)
    for _ in range(2):
        run.write_environment(**run_folder.facts("CPU"))
    assert run.environment["commits"] == ["a", None]
