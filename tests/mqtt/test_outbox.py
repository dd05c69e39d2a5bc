"""What waits to be published: a pure function of what is put and of a clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pigate.mqtt.outbox import MAX_A_SECOND, MAX_UNCONFIRMED, Outbox

STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([b"0", b"1"]), st.floats(0, 0.2)), max_size=200)


class Driven:
    """An outbox, its clock, and what went."""

    def __init__(self, confirms: bool = True) -> None:
        self.now = 100.0
        self.outbox = Outbox(lambda: self.now)
        self.confirms = confirms
        self.went: list[tuple[float, str, bytes]] = []

    def send(self) -> None:
        """Send what may go now."""
        while (one := self.outbox.take()) is not None:
            self.went.append((self.now, *one))
            if self.confirms:
                self.outbox.confirmed()

    def rest(self) -> None:
        """Let time pass until nothing waits."""
        while (due := self.outbox.due_s()) is not None:
            self.now += due
            self.send()


@given(STEPS)
def test_at_most_twenty_in_any_second_and_the_latest_arrives(steps: list[tuple[str, bytes, float]]) -> None:
    """However fast things change, no second has more than 20 publishes, and each topic's last is its latest."""
    driven = Driven()
    for topic, payload, pause_s in steps:
        driven.outbox.put(topic, payload)
        driven.send()
        driven.now += pause_s
    driven.rest()
    times = [time for time, _, _ in driven.went]
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[MAX_A_SECOND:], strict=False))
    assert {topic: payload for _, topic, payload in driven.went} == {topic: payload for topic, payload, _ in steps}


def test_what_is_there_is_not_published_again_unless_asked_for() -> None:
    """The same payload goes once, and once more for who has just come."""
    driven = Driven()
    for again in (False, False, True):
        driven.outbox.put("a", b"1", again)
        driven.send()
    assert [payload for _, _, payload in driven.went] == [b"1", b"1"]


def test_a_busy_topic_holds_up_no_other() -> None:
    """Topics take turns: one that changes all the time goes no more often than another that waits."""
    driven = Driven()
    for n in range(200):
        driven.outbox.put("busy", b"%d" % n)
        driven.outbox.put(f"other{n % 3}", b"%d" % n)
        driven.send()
        driven.now += 0.01
    counts = [sum(topic == name for _, topic, _ in driven.went) for name in ("busy", "other0")]
    assert counts[0] <= counts[1] + 1 + MAX_A_SECOND


def test_a_broker_that_confirms_nothing_gets_no_more_than_so_much() -> None:
    """With 20 unconfirmed nothing goes, and what waits is the latest of each topic: memory is bounded."""
    driven = Driven(confirms=False)
    for n in range(1000):
        driven.outbox.put("a", b"%d" % n)
        driven.outbox.put("b", b"%d" % n)
        driven.send()
        driven.now += 1
    assert len(driven.went) == MAX_UNCONFIRMED
    assert driven.outbox.due_s() is None
    driven.outbox.confirmed()
    driven.outbox.confirmed()
    driven.send()
    assert sorted(driven.went[-2:]) == [(driven.now, "a", b"999"), (driven.now, "b", b"999")]
