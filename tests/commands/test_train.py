"""`pigate train`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pigate.learning.tables import TruthTable, every_levels

from .calls import NO_SINGLE_LAYER, TRAINED_KEYS, Call, environment, pigate


def test_train_json() -> None:
    """`train --json` prints the contract's keys in its order, for every row a prediction per output."""
    run = pigate("train", "--table", "xor", "--json")
    assert (run.returncode, run.stderr, run.stdout.count("\n")) == (0, "", 1)
    found = json.loads(run.stdout)
    assert list(found) == TRAINED_KEYS
    assert (found["table"], found["layers"], found["seed"], found["starts"], found["attempts"]) == (
        "xor",
        [3, 4, 1],
        1,
        4,
        1,
    )
    assert (found["learned"], found["not_learned"], found["taught"]) == (True, [], list(every_levels(3)))
    assert list(found["predictions"]) == list(every_levels(3))
    for levels, target in TruthTable.named("xor").rows.items():
        (prediction,) = found["predictions"][levels]
        assert abs(prediction - int(target)) < 0.1
        assert len(str(prediction)) > 10  # not rounded


def test_same_seed_in_every_process() -> None:
    """Two processes with the same seed print the same numbers, bit for bit; with another, others."""
    one, two, other = (
        json.loads(pigate("train", "--json", "--seed", seed, env=environment(PYTHONHASHSEED=hashes)).stdout)
        for seed, hashes in (("5", "1"), ("5", "2"), ("6", "1"))
    )
    for found in (one, two, other):
        del found["duration_s"]
    assert one == two
    assert one["predictions"] != other["predictions"]


def test_train_text(call: Call) -> None:
    """For a person it prints the rows and a sum."""
    code, out, err = call("train", "--table", "parity", "--inputs", "2")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 6
    assert out.splitlines()[-1].startswith("parity: learned by a 2-4-1 network")


def test_not_learned() -> None:
    """What is not learned prints the same with "learned": false; exit 1, two lines say how far it came and why."""
    run = pigate("train", "--table", "xor", "--hidden", "none", "--epochs", "500", "--json")
    assert run.returncode == 1
    found = json.loads(run.stdout)
    assert list(found) == TRAINED_KEYS
    assert found["learned"] is False
    assert found["not_learned"]
    assert found["epochs"] == 500
    wrong = found["not_learned"]
    assert run.stderr.splitlines() == [
        f"pigate: the table xor is not learned after 500 epochs and {found['attempts']} attempts: "
        f"{len(wrong)} of 8 rows wrong in the best start: {', '.join(wrong)}",
        NO_SINGLE_LAYER,
    ]


@pytest.mark.parametrize(
    ("option", "value", "key", "expected"),
    [
        ("--hidden", "5,3", "layers", [3, 5, 3, 1]),
        ("--hidden", "none", "layers", [3, 1]),
        ("--seed", "7", "seed", 7),
        ("--starts", "3", "starts", 3),
        ("--inputs", "4", "layers", [4, 4, 1]),
        ("--table", "or", "table", "or"),
    ],
)
def test_train_options(call: Call, option: str, value: str, key: str, expected: object) -> None:
    """Each option changes what its name says."""
    arguments = ["train", option, value, "--json"] + ["--epochs", "40"] * (option != "--table")
    assert json.loads(call(*arguments)[1])[key] == expected


def test_train_options_of_the_rule(call: Call) -> None:
    """Rule, rate, bias, tolerance and epochs reach the training."""
    usual = call.json("train")
    plain = call.json("train", "--rule", "plain", "--learning-rate", "4")
    assert plain["epochs"] > usual["epochs"]
    assert call.json("train", "--rule", "plain")["epochs"] > plain["epochs"]
    assert call.json("train", "--no-bias")["predictions"]["000"] != usual["predictions"]["000"]
    assert call.json("train", "--bias")["predictions"] == usual["predictions"]
    assert call.json("train", "--tolerance", "0.01")["loss"] < 1e-4
    assert json.loads(call("train", "--json", "--epochs", "1")[1])["epochs"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--hidden", "4,,4"], "train: --hidden: give whole numbers, such as 4,4, or none, not '4,,4' (pigate "),
        (["--hidden", "4x"], "train: --hidden: give whole numbers, such as 4,4, or none, not '4x' (pigate "),
        (["--hidden", "0"], ": --hidden: give a list of at most 4 whole numbers from 1 to 64, not 0"),
        (["--hidden", "1,1,1,1,1"], ": --hidden: give a list of at most 4 whole numbers from 1 to 64, not 1,1,1,1,1"),
        (["--rule", "foo"], ": --rule: 'foo' is none of resilient, plain"),
        (["--rule", "resilent"], ": --rule: 'resilent' is none of resilient, plain (did you mean resilient?)"),
        (["--rule", "\x1b[31m\n"], ": --rule: "),
        (["--learning-rate", "nan"], ": --learning-rate: give a number above 0 and at most 1000, not nan"),
        (["--learning-rate", "0"], ": --learning-rate: give a number above 0 and at most 1000, not 0.0"),
        (["--starts", "0"], ": --starts: give a whole number from 1 to 256, not 0"),
        (["--starts", "many"], "train: --starts: give a whole number, not 'many' (pigate train --help shows how)"),
        (["--epochs", "-5"], ": --epochs: give a whole number from 1 to 1000000, not -5"),
        (["--tolerance", "0.5"], ": --tolerance: give a number above 0 and below 0.5, not 0.5"),
        (["--seed", "-1"], ": --seed: give a whole number from 0 to 9223372036854775807, not -1"),
        (["--sede", "1"], "unrecognized arguments: --sede 1"),
        (["--bia\x1b[31m\n"], "unrecognized arguments: --bia\\x1b[31m\\n"),
        (["--weights", "none"], "none/weightsLayer1.txt: No such file or directory"),
        (["--weights", "a\x1b\nb"], "a\\x1b\\nb/weightsLayer1.txt: No such file"),
    ],
)
def test_wrong_train_options(call: Call, arguments: list[str], words: str) -> None:
    """A wrong option is one line that names it, exit 2."""
    assert words in call.refused("train", *arguments)


def test_rate_without_effect(call: Call) -> None:
    """A learning rate is the plain rule's: with the other, one line says so, and training goes on."""
    warning = "pigate: --learning-rate changes nothing with the resilient rule: add --rule plain\n"
    code, out, err = call("train", "--learning-rate", "2")
    assert (code, err) == (0, warning)
    assert "xor: learned" in out
    assert call("train", "--learning-rate", "2", "--rule", "plain")[2] == ""
    Path("plain.toml").write_text("[training]\nrule = 'plain'\n")
    assert call("train", "--learning-rate", "2", "--config", "plain.toml")[2] == ""


def test_export_and_weights(call: Call) -> None:
    """`--export` writes the article's files, which `--weights` reads back to the same predictions, proved."""
    trained = call.json("train", "--table", "parity", "--export", "deep/files")
    assert sorted(os.listdir("deep/files")) == ["SumSquaredLossList.csv", "weightsLayer1.txt", "weightsLayer2.txt"]
    losses = [float(line.split(",")[1]) for line in Path("deep/files/SumSquaredLossList.csv").read_text().splitlines()]
    assert len(losses) == trained["epochs"]
    assert losses[-1] > trained["loss"]
    again = call.json("train", "--table", "parity", "--weights", "deep/files")
    assert again["predictions"] == trained["predictions"]
    assert (again["starts"], again["epochs"], again["learned"]) == (0, 0, True)
    code, out, err = call("train", "--table", "xor", "--weights", "deep/files")
    assert code == 1
    assert "NOT learned by a 3-4-1 network by the given weights" in out
    assert err == ("pigate: the table xor is not learned by the given weights: 4 of 8 rows wrong: 000, 001, 010, 100\n")


def test_export_refused(call: Call) -> None:
    """Where the files cannot be written, one line says so."""
    Path("file").write_text("")
    assert "file" in call.refused("train", "--export", "file", code=1)
    call("train", "--export", "folder", "--hidden", "4,4")
    assert "belongs to another network: choose an empty folder" in call.refused("train", "--export", "folder")


@pytest.mark.skipif(os.cpu_count() == 1, reason="BLAS takes one thread on a single processor anyway")
@pytest.mark.usefixtures("unmeasured")
def test_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command gives BLAS one thread: on networks this small, more would wait for each other."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    code = (
        "import os, sys; from pigate.__main__ import main; sys.argv = ['pigate', 'train']; main();"
        "print(*os.listdir('/proc/self/task'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()[-1].split()) == 1
