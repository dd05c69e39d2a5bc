"""The debouncer against a plain model of what it promises. Times are exact, in 1/1024 s."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pigate.gate.debounce import CHATTER_S, Debouncer

TICK_S = 1 / 1024

#: (ticks since the last reading, levels): what the switches read, and when
readings = st.lists(
    st.tuples(st.integers(0, 900), st.sampled_from(["000", "001", "010", "100", "111"])), min_size=1, max_size=40
)
#: up to a second; longer settle times are looked at by themselves
settle_ticks = st.integers(0, 1024)


#: the last switch moves, all rest, and it moves once more while the second chatters
FLIPPED_BEFORE = [(0, "000"), (300, "000"), (1, "001"), (300, "001"), (299, "011"), (100, "010")]
FLIPPED_BEFORE += [(290, "000"), (290, "010"), (290, "000")]


def timed(steps: list[tuple[int, str]]) -> list[tuple[float, str]]:
    """Turn pauses into times of a clock that has just begun."""
    now, result = 0.0, []
    for pause, levels in steps:
        now += pause * TICK_S
        result.append((now, levels))
    return result


def rested_since(history: list[tuple[float, str]]) -> float:
    """Return when the run of equal levels began that the history ends with."""
    since, last = history[-1]
    for now, levels in reversed(history):
        if levels != last:
            break
        since = now
    return since


@settings(deadline=None)
@given(readings, settle_ticks)
@example([(0, "000"), (1, "001"), (20, "001")], 20)
@example([(0, "000"), (1, "001"), (19, "001")], 20)
def test_settled_levels_are_the_last_that_rested_long_enough(steps: list[tuple[int, str]], settle: int) -> None:
    """For all readings: settled is what was last read unchanged for the settle time, resting says if it is now."""
    debouncer = Debouncer(settle * TICK_S)
    expected = ""
    history = []
    for now, levels in timed(steps):
        history.append((now, levels))
        debouncer.update(levels, now)
        rested = now - rested_since(history) >= settle * TICK_S
        if rested:
            expected = levels
        assert (debouncer.settled, debouncer.resting) == (expected, rested)


@settings(deadline=None)
@given(readings, settle_ticks)
def test_deadline_is_when_the_levels_will_have_rested(steps: list[tuple[int, str]], settle: int) -> None:
    """The deadline is the settle time after the last change, none at rest; read then, the levels are settled."""
    debouncer = Debouncer(settle * TICK_S)
    history = []
    for now, levels in timed(steps):
        history.append((now, levels))
        debouncer.update(levels, now)
        deadline = debouncer.deadline()
        if debouncer.resting:
            assert deadline is None
        else:
            assert deadline == rested_since(history) + settle * TICK_S
            assert deadline > now
    last = history[-1][1]
    if deadline is not None:
        debouncer.update(last, deadline)
    assert (debouncer.settled, debouncer.resting) == (last, True)


def culprits(moves: dict[int, list[float]], asked: float) -> tuple[int, ...]:
    """Return who keeps the levels from resting, by the times at which each input moved since they last rested.

    Those are the inputs that moved in the last second and have done so for half a second, with no pause of more than
    a second; if there is none, all that moved in the last second.
    """
    moving = {}
    for number, times in moves.items():
        if asked - times[-1] <= 1.0:
            began = times[-1]
            for time in reversed(times):
                if began - time > 1.0:
                    break
                began = time
            moving[number] = times[-1] - began
    return tuple(sorted([i for i, lasted in moving.items() if lasted >= 0.5] or moving))


@settings(deadline=None)
@given(readings, settle_ticks, st.integers(0, 2048))
@example([(0, "000"), (1, "001"), (512, "000"), (512, "010"), (512, "000")], 1024, 0)  # each for half a second, exactly
@example([(0, "000"), (1, "001"), (900, "000"), (900, "001")], 1024, 1024)  # the last move was a second ago, exactly
@example([(0, "000"), (1, "001"), (600, "010"), (424, "000"), (600, "001")], 1024, 0)  # pauses of a second, exactly
@example(FLIPPED_BEFORE, 300, 60)
def test_chatter_names_exactly_what_keeps_moving(steps: list[tuple[int, str]], settle: int, later: int) -> None:
    """After more than a second without rest, and not before, the inputs are named that keep the levels from it."""
    debouncer = Debouncer(settle * TICK_S)
    unrest_since, moves, last = 0.0, dict[int, list[float]](), ""
    for now, levels in timed(steps):
        if levels != last and (debouncer.resting or not last):
            unrest_since, moves = now, {}
        for i in range(3) if last else ():
            if levels[i] != last[i]:
                moves.setdefault(i, []).append(now)
        last = levels
        debouncer.update(levels, now)
        asked = now + later * TICK_S
        found = not debouncer.resting and asked - unrest_since > 1.0
        assert debouncer.chattering(asked) == (culprits(moves, asked) if found else ())


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 19), min_size=300, max_size=300),  # pauses of the loose wire, less than the settle time
    st.integers(0, 2999),
    st.lists(st.integers(1, 60), max_size=7).filter(lambda bounces: len(bounces) % 2 == 0),
)
def test_one_flip_beside_a_loose_wire_is_not_blamed(pauses: list[int], flip: int, bounces: list[int]) -> None:
    """A switch that a person flips once, bounces and all, is never named for the wire that chatters beside it."""
    debouncer = Debouncer(20 * TICK_S)
    moves = [(tick, 0) for tick in accumulate(pauses)]
    moves += [(tick, 1) for tick in accumulate(bounces, initial=flip)]
    levels = [0, 0]
    named = set()
    debouncer.update("00", -1.0)
    debouncer.update("00", 0.0)
    for tick, which in sorted(moves):
        levels[which] ^= 1
        debouncer.update("".join(map(str, levels)), tick * TICK_S)
        named.add(debouncer.chattering(tick * TICK_S))
    assert named <= {(), (0,)}
    assert sum(pauses) < 1100 or (0,) in named


@settings(deadline=None)
@given(st.text("01", min_size=1, max_size=8), st.floats(0, 10), st.floats(0, 1e9))
def test_first_levels_settle_as_any_others(levels: str, settle_s: float, now: float) -> None:
    """At the start nothing is settled; the first levels are, once they have rested."""
    debouncer = Debouncer(settle_s)
    assert (debouncer.settled, debouncer.resting) == ("", False)
    debouncer.update(levels, now)
    assert debouncer.resting == (now + settle_s <= now)
    debouncer.update(levels, now + settle_s)
    assert (debouncer.settled, debouncer.resting, debouncer.deadline()) == (levels, True, None)


def test_no_settle_time_takes_every_reading() -> None:
    """With a settle time of nothing, each reading is settled at once and nothing ever chatters."""
    debouncer = Debouncer(0)
    for tick in range(5000):
        levels = f"{tick % 2}"
        debouncer.update(levels, tick * TICK_S)
        assert (debouncer.settled, debouncer.resting, debouncer.chattering(tick * TICK_S)) == (levels, True, ())


def test_chattering_switch_is_named_until_it_rests() -> None:
    """One switch that moves every 10 ms is named after more than a second, and no more once it rested."""
    debouncer = Debouncer(0.02)
    debouncer.update("000", 0.0)
    debouncer.update("000", 1.0)
    now, levels = 1.0, "000"
    for step in range(1, 200):
        now = 1.0 + step / 128
        levels = "010" if step % 2 else "000"
        debouncer.update(levels, now)
        assert debouncer.chattering(now) == ((1,) if now - (1.0 + 1 / 128) > CHATTER_S else ())
        assert debouncer.settled == "000"
    debouncer.update(levels, now + 0.02)
    assert (debouncer.chattering(now + 0.02), debouncer.settled) == ((), levels)


def test_switch_that_moved_once_is_not_blamed_for_ever() -> None:
    """A switch moved by hand while another one chatters is not named long after it came to rest itself."""
    debouncer = Debouncer(0.02)
    debouncer.update("00", 0.0)
    now = 0.0
    for step in range(1, 128 * 60):
        now = step / 128
        debouncer.update(f"{int(step > 128 * 2)}{step % 2}", now)
    assert debouncer.chattering(now) == (1,)


def test_long_settle_time_is_no_chatter() -> None:
    """Under a settle time of five seconds, flips in it wait for it, and are chatter only after more than that."""
    debouncer = Debouncer(5.0)
    debouncer.update("000", 0.0)
    debouncer.update("000", 5.0)
    debouncer.update("001", 10.0)
    for now in (11.0, 12.0, 15.0):  # at the last it has settled, and nobody has looked yet
        assert debouncer.chattering(now) == ()
    debouncer.update("011", 12.0)  # a second switch
    assert debouncer.chattering(12.5) == ()
    debouncer.update("001", 14.0)
    assert debouncer.chattering(15.0) == ()
    assert debouncer.chattering(15.0 + TICK_S) == (1,)
    debouncer.update("001", 19.0)
    assert (debouncer.settled, debouncer.chattering(19.0)) == ("001", ())


@settings(deadline=None)
@given(readings, settle_ticks)
def test_same_readings_give_the_same_findings(steps: list[tuple[int, str]], settle: int) -> None:
    """There is no hidden clock nor chance: two debouncers fed alike agree in everything."""
    first, second = Debouncer(settle * TICK_S), Debouncer(settle * TICK_S)
    for now, levels in timed(steps):
        first.update(levels, now)
        second.update(levels, now)
        assert (first.settled, first.resting, first.deadline(), first.chattering(now)) == (
            second.settled,
            second.resting,
            second.deadline(),
            second.chattering(now),
        )
