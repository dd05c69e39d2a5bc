"""`--config` of every command that reads a configuration, and `pigate check`."""

import re
from pathlib import Path

import pytest

from pigate import config

from .calls import NO_SINGLE_LAYER, TRAINED_KEYS, Call, pigate


def test_config(call: Call) -> None:
    """A configuration is what the command line changes: its table, its training, its pins' number."""
    Path("c.toml").write_text(
        "[table]\nname = 'parity'\n[training]\nseed = 4\nhidden = [7]\n[board]\ninputs = [5, 6]\n"
    )
    found = call.json("train", "--config", "c.toml")
    assert (found["table"], found["seed"], found["layers"]) == ("parity", 4, [2, 7, 1])
    found = call.json("train", "--config", "c.toml", "--seed", "5", "--hidden", "6", "--table", "or")
    assert (found["table"], found["seed"], found["layers"]) == ("or", 5, [2, 6, 1])
    assert call.json("train", "--config", "c.toml", "--inputs", "4", "--hidden", "8")["layers"] == [4, 8, 1]


def test_inputs_of_configured_rows(call: Call) -> None:
    """--inputs is refused where the configuration gives rows."""
    Path("c.toml").write_text("[table]\nrows = { '000' = '1' }\n")
    assert "--inputs is for named tables" in call.refused("train", "--config", "c.toml", "--inputs", "4")


@pytest.mark.parametrize("command", [["train"], ["predict", "101"], ["check"], ["run", "--board", "simulated"]])
def test_wrong_config(call: Call, command: list[str]) -> None:
    """A wrong configuration is one line that names file and key, exit 78, for every command that reads one."""
    assert call.refused(*command, "--config", "none.toml", code=78) == "pigate: none.toml: No such file or directory"
    Path("c.toml").write_text("[training]\nsede = 1\n")
    line = call.refused(*command, "--config", "c.toml", code=78)
    assert line == "pigate: c.toml: training.sede: there is no such key (did you mean seed?)"
    Path("c.toml").write_text('[training]\n"a\\u001b\\n" = 1\n')
    assert "a\\x1b\\n" in call.refused(*command, "--config", "c.toml", code=78)
    Path("c.toml").write_text("[training]\nweights = 'gone'\n")
    code, out, err = call(*command, "--config", "c.toml")
    assert (code, out) == (78, "")
    assert (
        "gone/weightsLayer1.txt: No such file or directory" in err.splitlines()[-1]
    )  # `run` has said its board before


def test_check(call: Call) -> None:
    """`check` proves the configuration's table, and prints what train prints."""
    Path("c.toml").write_text("[table]\nname = 'and'\n")
    code, out, err = call("check", "--config", "c.toml")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"the configuration is valid; and is learned in \d+ epochs and every row proved\n", out)
    assert list(call.json("check", "--config", "c.toml")) == TRAINED_KEYS
    assert call("check")[0] == 0


def test_check_unproved(call: Call) -> None:
    """A table that is not learned fails `check` and `run` with exit 78, a line with the rows and one with help."""
    Path("c.toml").write_text("[training]\nhidden = []\nepochs = 50\n")
    code, out, err = call("check", "--config", "c.toml")
    line, hint = err.splitlines()
    assert (code, out, hint) == (78, "", NO_SINGLE_LAYER)
    assert line.startswith("pigate: c.toml: the table xor is not learned after 50 epochs and 2 attempts: ")
    run = pigate("run", "--board", "simulated", "--config", "c.toml", cwd=Path.cwd())
    assert run.returncode == 78
    assert run.stderr.splitlines()[-2:] == [line.replace("c.toml: ", ""), NO_SINGLE_LAYER]


def test_check_of_given_weights(call: Call) -> None:
    """The configuration's weights are proved on the table before they are used."""
    call("train", "--table", "and", "--export", "w")
    Path("c.toml").write_text("[table]\nname = 'and'\n[training]\nweights = 'w'\n")
    assert call("check", "--config", "c.toml")[0] == 0
    Path("c.toml").write_text("[table]\nname = 'or'\n[training]\nweights = 'w'\n")
    assert "or is not learned by the given weights: 6 of 8 rows wrong: 001" in call.refused(
        "check", "--config", "c.toml", code=78
    )


def test_default_configuration(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without --config, the usual file is read where there is one."""
    monkeypatch.setattr(config, "DEFAULT_PATH", tmp_path / "usual.toml")
    assert call.json("train")["table"] == "xor"
    (tmp_path / "usual.toml").write_text("[table]\nname = 'and'\n")
    assert call.json("train")["table"] == "and"
    (tmp_path / "usual.toml").write_text("[training]\nhidden = []\nepochs = 9\n")
    code, _, err = call("check")
    assert code == 78
    assert err.startswith(f"pigate: {tmp_path}/usual.toml: the table xor is not learned")
