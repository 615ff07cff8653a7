"""The checkpoint that the folder of a training stands for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import torch
from swift_pba import models
from trained import done, trained


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def test_a_folder_stands_for_the_best_checkpoint_where_it_was_validated(tmp_path: Path) -> None:
    named, newest = [], []
    for seed in range(12):
        arguments = ("--epochs", "4", "--validate-every", "1", "--seed", str(seed))
        run = trained(tmp_path / str(seed), "wrn_10_1", *arguments, dataset="noise:8x8x3")
        said = done("evaluate", "--dataset", "noise:8x8x3", "--checkpoint", run, "--device", "cpu").stderr
        named.append(int(said.strip().rsplit(" ", 1)[1]))
        newest.append(4)
        assert models.load(run).info.epoch == named[-1]
        if named[-1] != 4:
            break
    assert named[-1] != 4, f"no training of {len(named)} had its best epoch before the last"
    best = run / "checkpoints" / f"epoch-{named[-1]:05d}.safetensors"
    best.unlink()
    assert models.load(run).info.epoch == 4


def test_a_folder_without_a_training_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run is there; name a checkpoint"):
        models.load(tmp_path)
    with pytest.raises(FileNotFoundError, match="found no checkpoint and no folder"):
        models.load(tmp_path / "none")
    search = tmp_path / "search"
    settings = "--dataset noise:8x8x3 --train-size 64 --validation-size 32 --model wrn_10_1 --batch-size 32 --population 2"
    done("search", *settings.split(), "--epochs", "1", "--interval", "1", "--device", "cpu", "--run", search)
    with pytest.raises(ValueError, match="found a search run, expected a train run"):
        models.load(search)


def test_a_journal_that_was_changed_is_refused(tmp_path: Path) -> None:
    arguments = ("--epochs", "2", "--validate-every", "1")
    run = trained(tmp_path / "run", "wrn_10_1", *arguments, dataset="noise:8x8x3")
    changes = {
        "UPDATE epoch SET metrics = replace(metrics, 'Accuracy\":0', 'Accuracy\":1')": "the table epoch is not",
        "UPDATE run SET configuration = replace(configuration, 'validateEvery', 'validateevery')": "the table run is not",
        "UPDATE checkpoint SET size = size + 1 WHERE epochs = 2": "the table checkpoint is not",
        "CREATE VIEW other AS SELECT 1": "found the view other",
        "INSERT INTO grdb_migrations VALUES ('99')": "written by a newer version",
        "DROP TABLE checkpoint": "the journal is damaged",
    }
    whole = (run / "run.sqlite").read_bytes()
    for change, words in changes.items():
        (run / "run.sqlite").write_bytes(whole)
        with sqlite3.connect(run / "run.sqlite") as database:
            database.execute(change)
        database.close()
        with pytest.raises(ValueError, match=words):
            models.load(run)
    (run / "run.sqlite").write_bytes(whole[:5000])
    with pytest.raises(ValueError, match="the journal is damaged"):
        models.load(run)
    (run / "run.sqlite").write_bytes(whole)
    for file in (run / "checkpoints").iterdir():
        file.unlink()
    with pytest.raises(ValueError, match="found no checkpoint of this training"):
        models.load(run)


def test_reading_a_run_leaves_it_as_it_is_and_sees_its_log(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", "wrn_10_1", dataset="noise:8x8x3")

    def state() -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in run.rglob("*") if file.is_file()}

    before = state()
    assert models.load(run).info.epoch == 1
    assert state() == before
    writer = sqlite3.connect(run / "run.sqlite", isolation_level=None)
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("DELETE FROM checkpoint")
    assert (run / "run.sqlite-wal").stat().st_size > 0
    before = state()
    with pytest.raises(ValueError, match="found no checkpoint of this training"):
        models.load(run)
    assert state() == before
    writer.close()


def test_links_in_place_of_a_journal_are_refused(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", "wrn_10_1", dataset="noise:8x8x3")
    (run / "run.sqlite").rename(tmp_path / "elsewhere")
    (run / "run.sqlite").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="run.sqlite: found no regular file, expected the journal of a run"):
        models.load(run)
