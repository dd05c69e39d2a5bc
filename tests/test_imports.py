import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pigate

FOLDER = Path(pigate.__file__).parent

#: Each room imports only from rooms above it; `__init__` is the library's front, which opens three of them.
ROOMS: list[str] = """
    errors files learning.__init__ learning.tables learning.decision
    learning.network learning.proof learning.backpropagation learning.attempt learning.training
    learning.weight_files learning.published __init__
    config gate.__init__ gate.learn gate.debounce
    pins.__init__ pins.gpiochip pins.listener pins.factory pins.board pins.simulated
    gate.systemd gate.loop report pins.leftovers gate.console gate.signals
    web.__init__ web.messages web.feed web.requests web.server web.page web.live web.__main__
    gate.reload gate.run progress commands cli __main__
""".split()  # noqa: SIM905 (as lines, the list can be read)


def source(room: str) -> str:
    """Return a room's text."""
    return (FOLDER / f"{room.replace('.', '/')}.py").read_text()


def room_of(parts: list[str]) -> str:
    """Return the room that a dotted name inside the package means: a module, a package or something in one."""
    while parts:
        for name in (".".join(parts), ".".join([*parts, "__init__"])):
            if (FOLDER / f"{name.replace('.', '/')}.py").exists():
                return name
        parts = parts[:-1]
    return "__init__"


def imported(room: str) -> Iterator[str]:
    """Yield the rooms that a room imports: at its top, in a function or for the type checker alone."""
    package = ["pigate", *room.split(".")[:-1]]
    for node in ast.walk(ast.parse(source(room))):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = node.module.split(".") if node.module else []
            names = [[*base, *module, alias.name] for alias in node.names]
        else:
            continue
        yield from (room_of(parts) for first, *parts in names if first == "pigate")


def test_list_is_whole() -> None:
    """The list names each module of the package once, and no other."""
    found = [path.relative_to(FOLDER).with_suffix("").as_posix().replace("/", ".") for path in FOLDER.rglob("*.py")]
    assert sorted(ROOMS) == sorted(found)


@pytest.mark.parametrize("room", ROOMS)
def test_direction(room: str) -> None:
    """Every import inside the package goes up the list."""
    below = {name for name in imported(room) if ROOMS.index(name) >= ROOMS.index(room)}
    assert not below, f"{room} imports {below}"


def test_the_test_sees_imports() -> None:
    """Imports are found at the top, inside functions and under TYPE_CHECKING, from packages, too."""
    assert {"errors", "__init__", "commands"} <= set(imported("cli"))  # also `from . import __version__`
    assert "gate.run" in set(imported("commands"))  # inside a function
    assert {"learning.network", "learning.tables", "learning.training"} == set(
        imported("__init__")
    )  # for the type checker
    assert {"web.messages", "config", "gate.loop"} <= set(imported("web.page"))  # one dot and two


def test_no_hidden_imports() -> None:
    """Only the front loads modules by name, so the others' imports are all to be seen."""
    for room in ROOMS:
        assert room == "__init__" or not any(word in source(room) for word in ("import_module(", "__import__("))


def loaded(statements: str) -> set[str]:
    """Return what a fresh Python has loaded after some statements."""
    program = f"import sys\n{statements}\nprint(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(run.stderr.split())


COMMAND = "from pigate.cli import main\ntry: main({})\nexcept SystemExit: pass"


@pytest.mark.parametrize(
    "statements",
    [
        "import pigate",
        "import pigate; pigate.TruthTable.named('xor')",
        COMMAND.format(["off"]),
        COMMAND.format(["table"]),
        COMMAND.format(["table", "xor"]),
        COMMAND.format(["--help"]),
        COMMAND.format(["train", "--help"]),
        COMMAND.format(["--version"]),
        COMMAND.format(["train", "--table", "xro"]),
        COMMAND.format(["predict", "2"]),
    ],
)
def test_no_numpy(statements: str) -> None:
    """What does not compute does not load NumPy, nor gpiozero: on a Pi Zero they take seconds."""
    assert not {"numpy", "gpiozero", "tqdm"} & loaded(statements)


def test_training_loads_no_pins() -> None:
    """Training needs neither gpiozero nor gpiod, nor the progress bar where there is no terminal."""
    modules = loaded(COMMAND.format(["train", "--json"]))
    assert "numpy" in modules
    assert not {"gpiozero", "gpiod", "lgpio", "tqdm", "numpy.random"} & modules


def test_library() -> None:
    """The front opens the three rooms when they are first asked for, and has nothing else."""
    assert pigate.train(pigate.TruthTable.named("xor")).learned
    assert pigate.Network([[[1.0]] * 3], 3).layers == [3, 1]
    with pytest.raises(AttributeError, match="module 'pigate' has no attribute 'trian'"):
        pigate.trian  # noqa: B018
