"""`--config` of every command that reads a configuration, and `pigate check`."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pigate import config

from .calls import NO_SINGLE_LAYER, PATIENCE_S, TRAINED_KEYS, Call, environment, pigate


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
    said = "the configuration is valid; and is learned by the given weights and every row proved\n"
    assert call("check", "--config", "c.toml") == (0, said, "")
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


#: Runs the command as an ordinary user, with another path of the usual configuration. Loads before what only root may.
ORDINARY = """
import os, sys
from pathlib import Path
from pigate import config
from pigate.cli import main

config.DEFAULT_PATH = Path(os.devnull)  # an empty one
main(["train", "--json"])
main(["predict", "101", "--hidden", "none", "--epochs", "9"])
main(["check"])
import pigate.gate.run
import encodings.utf_8_sig
sys.stdout.flush()
print("begin", file=sys.stderr)
config.DEFAULT_PATH = Path(sys.argv[1])
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
sys.exit(main(sys.argv[2:]))
"""


def ordinary(default: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run a command as an ordinary user; return its exit code and what it says on standard error."""
    run = subprocess.run(
        [sys.executable, "-c", ORDINARY, str(default), *arguments],
        input="",
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE_S,
    )
    _, _, told = run.stderr.partition("begin\n")
    return run.returncode, told.splitlines()


def let_in(folder: Path) -> None:
    """Let an ordinary user pass to a folder of pytest's."""
    for closed in (folder, *folder.parents):
        if closed == Path(tempfile.gettempdir()):
            break
        closed.chmod(0o755)


@pytest.fixture(params=["unreadable", "dangling", "in a closed folder"])
def usual(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Give a usual configuration that is there and cannot be read, and the reason."""
    let_in(tmp_path)
    (tmp_path / "etc").mkdir()
    path = tmp_path / "etc" / "pigate.toml"
    if request.param == "dangling":
        path.symlink_to("gone")
        return path, "No such file or directory"
    path.write_text("[table]\nname = 'and'\n")
    (path if request.param == "unreadable" else path.parent).chmod(0)  # its owner may run these tests
    return path, "Permission denied"


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("command", [["check"], ["run", "--board", "gpio"], ["train"], ["predict", "101"]])
def test_a_usual_configuration_that_cannot_be_read(usual: tuple[Path, str], command: list[str]) -> None:
    """Where there is a configuration, no command works by the defaults instead: exit 78, and the reason in one line."""
    path, reason = usual
    assert ordinary(path, *command) == (78, [f"pigate: {path}: {reason}"])


@pytest.mark.usefixtures("unmeasured")
def test_a_simulated_run_needs_no_configuration(usual: tuple[Path, str]) -> None:
    """Who only plays may be refused the appliance's configuration: the run says so in one line, and goes on."""
    path, reason = usual
    code, (first, second, *_) = ordinary(path, "run", "--board", "simulated", "--json")
    assert (code, first) == (0, f"{path}: {reason}: going on with the defaults")
    assert second.startswith("xor on a simulated board")


@pytest.mark.usefixtures("unmeasured")
def test_a_simulated_run_needs_the_configuration_that_it_names(usual: tuple[Path, str]) -> None:
    """A file that was asked for is not replaced by the defaults."""
    path, reason = usual
    assert ordinary(Path("none"), "run", "--board", "simulated", "--config", str(path)) == (
        78,
        [f"pigate: {path}: {reason}"],
    )


@pytest.mark.usefixtures("unmeasured")
def test_a_wrong_usual_configuration_is_no_play(tmp_path: Path) -> None:
    """A configuration that can be read and is wrong is refused by a simulated run, too."""
    let_in(tmp_path)
    (tmp_path / "pigate.toml").write_text("nonsense")
    code, (line,) = ordinary(tmp_path / "pigate.toml", "run", "--board", "simulated")
    assert code == 78
    assert line.startswith(f"pigate: {tmp_path}/pigate.toml: Expected '='")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["train", "--config", "pipe"], 78),
        (["check", "--config", "pipe"], 78),
        (["run", "--board", "simulated", "--config", "pipe"], 78),
        (["check", "--config", "table.toml"], 78),
        (["check", "--config", "weights.toml"], 78),
        (["table", "./pipe"], 2),
        (["train", "--table", "./pipe"], 2),
        (["run", "--board", "simulated", "--table", "./pipe"], 2),
        (["train", "--weights", "folder"], 2),
    ],
)
def test_a_named_pipe_is_not_waited_for(tmp_path: Path, command: list[str], code: int) -> None:
    """A named pipe as configuration, table or weights, which nobody writes to, is refused in one line."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "weightsLayer1.txt")
    (tmp_path / "table.toml").write_text("[table]\nfile = 'pipe'\n")
    (tmp_path / "weights.toml").write_text("[training]\nweights = 'folder'\n")
    run = pigate(*command, cwd=tmp_path)
    assert run.returncode == code
    assert run.stderr.count("\n") == 1
    assert run.stderr.endswith(": this is no regular file; a pipe can be read as /dev/stdin\n")


def test_a_pipe_is_read_as_standard_input() -> None:
    """The remedy that the refusal names works, for a table and for a configuration."""
    assert pigate("table", "/dev/stdin", stdin="00 1\n").stdout == "00 1\n"
    checked = pigate("check", "--config", "/dev/stdin", stdin="[table]\nname = 'and'\n")
    assert checked.stdout.startswith("the configuration is valid; and is learned")
