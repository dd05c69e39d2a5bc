from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pigate.errors import TableError, one_line
from pigate.files import read_text
from pigate.learning.named import NAMED, named_for
from pigate.learning.tables import TruthTable, every_levels, is_bits

ANY_WIDTH = [name for name, named in NAMED.items() if named.inputs is None]


@st.composite
def tables(draw: st.DrawFn) -> TruthTable:
    """Draw any table: 1 to 8 inputs and outputs, whole or partial, rows in any order."""
    inputs, outputs = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    levels = draw(st.lists(st.sampled_from(list(every_levels(inputs))), min_size=1, max_size=40, unique=True))
    return TruthTable({row: draw(st.text("01", min_size=outputs, max_size=outputs)) for row in levels})


def fits(name: str, inputs: int, outputs: int) -> bool:
    """Return whether a named table can have these numbers of inputs and outputs."""
    try:
        return TruthTable.named(name, inputs).outputs == outputs
    except TableError:
        return False


@pytest.mark.parametrize("inputs", range(1, 9))
def test_named_tables_of_a_width(inputs: int) -> None:
    """A board is offered the named tables that have its numbers of inputs and outputs, and no others."""
    for outputs in range(1, 9):
        assert named_for(inputs, outputs) == [name for name in NAMED if fits(name, inputs, outputs)]


def column(name: str, inputs: int | None = None) -> str:
    """Return the outputs of a named table in counting order, a blank between rows."""
    table = TruthTable.named(name, inputs)
    assert list(table.rows) == list(every_levels(table.inputs))
    return " ".join(table.rows.values())


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("xor", "1 0 0 0 0 0 0 1"),
        ("parity", "0 1 1 0 1 0 0 1"),
        ("and", "0 0 0 0 0 0 0 1"),
        ("or", "0 1 1 1 1 1 1 1"),
        ("nand", "1 1 1 1 1 1 1 0"),
        ("nor", "1 0 0 0 0 0 0 0"),
        ("majority", "0 0 0 1 0 1 1 1"),
        ("xor2", "0 0 1 1 1 1 0 0"),
        ("first", "0 0 0 0 1 1 1 1"),
        ("mux", "0 0 1 1 0 1 0 1"),
        ("full-adder", "00 10 10 01 10 01 01 11"),
    ],
)
def test_named(name: str, outputs: str) -> None:
    """With three inputs, each named table has the rows that its name promises, in counting order."""
    assert column(name) == outputs


def test_every_name_is_known() -> None:
    """The names are those of the contract, and each says what it does."""
    assert list(NAMED) == [*ANY_WIDTH, "xor2", "first", "mux", "full-adder"]
    assert all(named.meaning for named in NAMED.values())


@pytest.mark.parametrize("inputs", range(1, 9))
def test_named_of_any_width(inputs: int) -> None:
    """The tables of any width keep their rule from 1 to 8 inputs: counted bits say the same."""
    rules: dict[str, Callable[[int], bool]] = {
        "xor": lambda ones: ones in (0, inputs),
        "parity": lambda ones: ones % 2 == 1,
        "and": lambda ones: ones == inputs,
        "or": lambda ones: ones > 0,
        "nand": lambda ones: ones < inputs,
        "nor": lambda ones: ones == 0,
        "majority": lambda ones: ones > inputs / 2,
    }
    assert list(rules) == ANY_WIDTH
    for name, rule in rules.items():
        table = TruthTable.named(name, inputs)
        assert (table.inputs, table.outputs, table.name) == (inputs, 1, name)
        assert dict(table.rows) == {row: str(int(rule(row.count("1")))) for row in every_levels(inputs)}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("inputs", range(1, 9))
def test_named_reads_back(name: str, inputs: int) -> None:
    """The text of every named table, at every width it has, reads back to the same table."""
    if NAMED[name].inputs not in (None, inputs):
        with pytest.raises(TableError, match=f"the table {name} has 3 inputs, not {inputs}"):
            TruthTable.named(name, inputs)
        return
    table = TruthTable.named(name, inputs)
    assert TruthTable.parse(str(table)) == table


@given(tables())
def test_text_reads_back(table: TruthTable) -> None:
    """Any table's text reads back to the same rows, in the same order."""
    again = TruthTable.parse(str(table))
    assert again == table
    assert list(again.rows) == list(table.rows)
    assert (again.inputs, again.outputs) == (table.inputs, table.outputs)


@given(st.integers(1, 8).flatmap(lambda n: st.text("01", min_size=2**n, max_size=2**n)))
def test_bits(bits: str) -> None:
    """2^n bits are the outputs of the rows in counting order, and name the table."""
    table = TruthTable.parse(f"\n{bits}\n")
    assert 2**table.inputs == len(bits)
    assert [int(row, 2) for row in table.rows] == list(range(len(bits)))
    assert "".join(table.rows.values()) == table.name == bits
    assert is_bits(bits)


@pytest.mark.parametrize("text", ["", "0", "1", "101", "1" * 512, "12", "0 1", "\u0661\u0660"])
def test_no_bits(text: str) -> None:
    """Other lengths than 2 to 256 in powers of two, and other characters than 0 and 1, are no bits."""
    assert not is_bits(text)


def test_text_form() -> None:
    """Comments, blank lines, tabs, carriage returns and a missing last newline do no harm."""
    text = "# a table\n\n 000\t1 \r\n111 0# the last\n   \n  101 1"
    assert dict(TruthTable.parse(text).rows) == {"000": "1", "111": "0", "101": "1"}
    assert TruthTable.parse(text, "mine").name == "mine"


def test_partial() -> None:
    """A row that is left out is not taught."""
    table = TruthTable.parse("000 1\n011 0\n")
    assert "001" not in table.rows
    assert (table.inputs, table.outputs) == (3, 1)


def test_name_is_no_part_of_equality() -> None:
    """Tables of the same rows are the same table, whatever they are called."""
    assert TruthTable.parse("10000001") == TruthTable.named("xor")


def test_immutable() -> None:
    """A table does not change with the mapping that it was made from."""
    rows = {"0": "1", "1": "0"}
    table = TruthTable(rows)
    rows["0"] = "0"
    assert table.rows["0"] == "1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no rows"),
        ("# nothing\n\n", "no rows"),
        ("000 1\n000 0\n", "line 2: the row 000 is given twice"),
        ("000 1\n\n111\n", "line 3: '111' is no row"),
        ("000 1 1\n", "line 1: '000 1 1' is no row"),
        ("000 2\n", "line 1: '000 2' is no row"),
        ("000 x\n", "write inputs, a blank and outputs, such as 000 1"),
        ("000 \u0661\n", "line 1"),
        ("000 1\n00 1\n", "row 00 -> 1 has 2 inputs and 1 outputs, the first row has 3 and 1"),
        ("000 1\n001 11\n", "row 001 -> 11 has 3 inputs and 2 outputs"),
        ("000000000 1\n", "1 to 8 inputs and 1 to 8 outputs, not 9 and 1"),
        ("0 000000000\n", "not 1 and 9"),
        ("101\n", "'101' is 3 bits; 2 inputs need 4"),
        ("1001011", "'1001011' is 7 bits; 3 inputs need 8"),
        ("0", "'0' is 1 bit; 2 inputs need 4"),
        ("1" * 300, "bits; 8 inputs need 256"),
        ("x" * 60, f"line 1: '{'x' * 37}...' is no row"),
        ("a\x1b[31m\n", r"'a\x1b[31m'"),
    ],
)
def test_mistakes(text: str, words: str) -> None:
    """A mistake in the text form is one line that says what is wrong, and in which line or row."""
    with pytest.raises(TableError) as caught:
        TruthTable.parse(text)
    assert words in str(caught.value)
    assert str(caught.value) == one_line(caught.value)


@pytest.mark.parametrize(
    ("name", "inputs", "words"),
    [
        ("xro", None, "there is no table named 'xro': did you mean xor?"),
        ("full_adder", None, "did you mean full-adder?"),
        ("quuux", None, "pigate table lists them"),
        ("\x1b\n", None, r"'\x1b\n'"),
        ("xor", 0, "1 to 8 inputs, not 0"),
        ("xor", 9, "1 to 8 inputs, not 9"),
        ("xor", "3", "1 to 8 inputs, not 3"),
        (None, None, "there is no table named None: pigate table lists them"),
        (["xor"], None, "there is no table named ['xor']: "),
        ("mux", 4, "the table mux has 3 inputs, not 4"),
    ],
)
def test_wrong_names(name: Any, inputs: Any, words: str) -> None:
    """A name that is none, or a width it does not have, is one line, with the nearest name."""
    with pytest.raises(TableError) as caught:
        TruthTable.named(name, inputs)
    assert words in str(caught.value)
    assert str(caught.value) == one_line(caught.value)


def test_mapping() -> None:
    """A table reads as what it is, a mapping from levels to targets."""
    table = TruthTable({"01": "1", "10": "0"})
    assert (table["01"], len(table), list(table), dict(table)) == ("1", 2, ["01", "10"], {"01": "1", "10": "0"})
    assert "01" in table
    assert "00" not in table
    assert table.get("00") is None
    with pytest.raises(KeyError):
        table["00"]
    assert table != TruthTable({"01": "1"})
    assert table != TruthTable({"01": "1", "10": "1"})


def test_repr() -> None:
    """A table shows its name and rows, of a wide one the first eight."""
    assert repr(TruthTable({"01": "1", "10": "0"}, "a\nb")) == "<TruthTable a\\nb: 01 1, 10 0>"
    assert repr(TruthTable.named("or", 4)) == (
        "<TruthTable or: 0000 0, 0001 1, 0010 1, 0011 1, 0100 1, 0101 1, 0110 1, 0111 1 and 8 more>"
    )


def test_names() -> None:
    """Each name is that of a table."""
    assert TruthTable.names() == list(NAMED)
    assert [TruthTable.named(name).name for name in TruthTable.names()] == list(NAMED)


@given(st.integers(1, 8).flatmap(lambda n: st.text("01", min_size=2**n, max_size=2**n)))
def test_from_function(bits: str) -> None:
    """A function is asked for every row, with its inputs as 0 and 1, the first first."""
    table = TruthTable.parse(bits)
    asked = TruthTable.from_function(lambda *x: table["".join(map(str, x))] == "1", table.inputs)
    assert asked == table
    assert list(asked) == list(table)


def test_from_function_of_several_outputs() -> None:
    """Truths, numbers, tuples and lists are what a function may return; its name becomes the table's."""

    def half_adder(a: int, b: int) -> tuple[int, int]:
        return a ^ b, a & b

    table = TruthTable.from_function(half_adder, 2)
    assert (table.name, str(table)) == ("half_adder", "00 00\n01 10\n10 10\n11 01\n")
    assert TruthTable.from_function(lambda a, b: [a != b, a and b], 2) == table
    assert TruthTable.from_function(lambda a, b, c: np.bool_((a and not b) or c)) == TruthTable.parse("01011101")
    assert TruthTable.from_function(lambda a: a, 1).name == "function"


@pytest.mark.parametrize(
    ("result", "shown"), [(2, "2"), (None, "None"), ("1", "'1'"), ((), "()"), ((1, 2), "(1, 2)"), (0.5, "0.5")]
)
def test_function_that_returns_something_else(result: object, shown: str) -> None:
    """What is no 0 or 1 is refused in one sentence, which gives the row."""
    with pytest.raises(TableError) as caught:
        TruthTable.from_function(lambda _a, _b: result, 2)
    assert str(caught.value) == (
        f"the function gives {shown} for 0, 0: let it return 0 or 1, or for several outputs a tuple of them"
    )


@pytest.mark.parametrize("inputs", [0, 9, -1, "3", None, 2.5])
def test_function_of_too_many_inputs(inputs: Any) -> None:
    """1 to 8 inputs, or one sentence."""
    with pytest.raises(TableError, match=f"^a table has 1 to 8 inputs, not {inputs}$"):
        TruthTable.from_function(lambda *x: x[0], inputs)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"00": 1}, 'row 00: the outputs are text, such as "1", not 1'),
        ({"00": None}, 'row 00: the outputs are text, such as "1", not None'),
        ({101: "1"}, 'row 101: the inputs are text, such as "101"'),
        ("101", """give the rows as a dict, such as {"000": "1"}, not '101'"""),
        ([("00", "1")], """give the rows as a dict, such as {"000": "1"}, not [('00', '1')]"""),
        ({}, "the table has no rows: give at least one, such as 000 1"),
    ],
)
def test_rows_of_wrong_types(rows: Any, words: str) -> None:
    """Rows that are no text, or no dict, are one sentence."""
    with pytest.raises(TableError) as caught:
        TruthTable(rows)
    assert str(caught.value) == words


@pytest.mark.parametrize("rows", [{"0a": "1"}, {"00": ""}, {"": "1"}, {"00": "1", "0\n": "1"}, {"\u0661": "1"}])
def test_wrong_rows(rows: dict[str, str]) -> None:
    """A table made in a program is held to the same rules, and its refusal is a ValueError, too."""
    with pytest.raises(TableError) as caught:
        TruthTable(rows)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value) == one_line(caught.value)


def test_every_levels() -> None:
    """The levels come in counting order, each once."""
    for inputs in range(1, 9):
        assert list(every_levels(inputs)) == ["".join(bits) for bits in product("01", repeat=inputs)]


NEAR = st.lists(st.text("01 #\t\r", max_size=14) | st.text(max_size=10), max_size=8).map("\n".join).map(str.encode)


@settings(max_examples=600, deadline=None)
@given(st.binary(max_size=60) | NEAR | st.text("01", max_size=300).map(str.encode))
@example(b"\xef\xbb\xbf000 1\n")
@example(b"\xff\xfe0\x000\x00")
@example(b"\0")
def test_any_bytes(file: Path, data: bytes) -> None:
    """Whatever bytes a table file holds, it is a table or one line."""
    file.write_bytes(data)
    try:
        table = TruthTable.parse(read_text(file, TableError), "mine")
    except TableError as error:
        assert str(error) == one_line(error)  # noqa: PT017 (most files are none, some are)
    else:
        assert TruthTable.parse(str(table)) == table


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a table that is written many times."""
    return tmp_path_factory.mktemp("tables") / "any.table"
