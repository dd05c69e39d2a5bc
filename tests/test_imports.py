import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import pigate

FOLDER = Path(pigate.__file__).parent

pytestmark = pytest.mark.usefixtures("unmeasured")

#: What each room, or file above the rooms, may import of pigate's own.
RULES = """
    errors   <-
    files    <- errors
    learning <- errors files
    settings <- learning
    config   <- errors files settings learning
    report   <- errors learning
    pins     <- errors files settings learning.tables
    child    <- errors
    web      <- errors files child learning settings report
    mqtt     <- errors files child learning.tables report settings __init__
    teaching <- errors files learning config settings
    gate     <- errors files child learning config settings report pins web mqtt teaching
    options  <- errors files learning config settings pins
    commands <- errors learning config settings report options pins gate mqtt teaching
    cli      <- errors commands __init__
    __init__ <- errors learning
    __main__ <- cli gate.signals
"""
ALLOWED = {words[0]: words[2:] for words in map(str.split, RULES.strip().splitlines())}

MODULES = sorted(path.relative_to(FOLDER).with_suffix("").as_posix().replace("/", ".") for path in FOLDER.rglob("*.py"))


def source(module: str) -> str:
    """Return a module's text."""
    return (FOLDER / f"{module.replace('.', '/')}.py").read_text()


def module_of(parts: list[str]) -> str:
    """Return the module that a dotted name inside the package means: itself, its package's front, or what holds it."""
    while parts:
        for name in (".".join(parts), ".".join([*parts, "__init__"])):
            if name in MODULES:
                return name
        parts = parts[:-1]
    return "__init__"


def imported(module: str) -> Iterator[str]:
    """Yield the modules that a module imports: at its top, in a function or for the type checker alone."""
    package = ["pigate", *module.split(".")[:-1]]
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            name = node.module.split(".") if node.module else []
            names = [[*base, *name, alias.name] for alias in node.names]
        else:
            continue
        yield from (module_of(parts) for first, *parts in names if first == "pigate")


@pytest.mark.parametrize("module", MODULES)
def test_rules(module: str) -> None:
    """A module imports from its own room and from those that the rules allow it."""
    room = module.partition(".")[0]
    allowed = {room, *ALLOWED[room]}
    refused = {name for name in imported(module) if name not in allowed and name.partition(".")[0] not in allowed}
    assert not refused, f"{module} imports {refused}"


def test_no_circles() -> None:
    """No module imports, by whatever way, itself."""
    tuple(TopologicalSorter({module: set(imported(module)) - {"__init__"} for module in MODULES}).static_order())


def test_rooms_are_small() -> None:
    """A room has at most eleven Python files and its front, the top ten with its own; no file is over 250 lines."""
    rooms = Counter(module.rpartition(".")[0] for module in MODULES)
    assert rooms.pop("") <= 10
    assert max(rooms.values()) <= 11 + 1
    scripts = [path for path in FOLDER.rglob("*") if path.suffix in (".py", ".js")]
    assert [path.name for path in scripts if len(path.read_text().splitlines()) > 250] == []


def test_the_test_sees_imports() -> None:
    """Imports are found at the top, inside functions and under TYPE_CHECKING, from packages, too."""
    assert {"errors", "__init__", "commands"} <= set(imported("cli"))  # also `from . import __version__`
    assert "gate.run" in set(imported("commands"))  # inside a function
    assert {"errors", "learning.network", "learning.tables", "learning.training"} == set(imported("__init__"))
    assert {"web.messages", "settings", "report"} <= set(imported("web.page"))  # one dot and two


def test_no_hidden_imports() -> None:
    """Only the front loads modules by name, so the others' imports are all to be seen."""
    for module in MODULES:
        assert module == "__init__" or not any(word in source(module) for word in ("import_module(", "__import__("))


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
        COMMAND.format(["table", "--taught"]),
        COMMAND.format(["forget"]),
        COMMAND.format(["key"]),
    ],
)
def test_no_numpy(statements: str) -> None:
    """What does not compute does not load NumPy, nor gpiozero: on a Pi Zero they take seconds."""
    assert not {"numpy", "gpiozero", "tqdm"} & loaded(statements)


@pytest.mark.parametrize(
    "statements",
    [
        "import pigate; dir(pigate); pigate.TruthTable.named('xor'); pigate.TableError",
        COMMAND.format([]),
        COMMAND.format(["off"]),
        COMMAND.format(["table"]),
        COMMAND.format(["table", "./none"]),
        COMMAND.format(["table", "xor"]),
        COMMAND.format(["--help"]),
        COMMAND.format(["train", "--help"]),
        COMMAND.format(["--version"]),
    ],
)
def test_as_little_as_can_be(statements: str) -> None:
    """What reads no configuration and no file does not load what that needs, nor what is slow to load for little."""
    slow = {"msgspec", "tomllib", "tempfile", "dataclasses", "json", "difflib", "inspect"}
    assert not slow & loaded(statements)


def test_learning_loads_no_configuration() -> None:
    """The library trains without msgspec, which is the configuration's."""
    modules = loaded("import pigate; pigate.train(pigate.TruthTable.named('xor'))")
    assert "numpy" in modules
    assert not {"msgspec", "tomllib", "gpiozero", "argparse"} & modules


def test_training_loads_no_pins() -> None:
    """Training needs neither gpiozero nor gpiod, nor the progress bar where there is no terminal."""
    modules = loaded(COMMAND.format(["train", "--json"]))
    assert "numpy" in modules
    # NumPy 1.24 loads its numpy.random by itself.
    assert not {"gpiozero", "gpiod", "lgpio", "tqdm", "numpy.random"} & (modules - loaded("import numpy"))
