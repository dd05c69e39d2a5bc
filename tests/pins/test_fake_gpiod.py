"""The fake kernel is as strict as the package gpiod and the kernel below it."""

from __future__ import annotations

import errno
import inspect
import os
import select
from typing import Any

import gpiod
import pytest
from gpiod.line import Direction, Edge

from pigate.pins import gpiochip

from .fake_gpiod import FakeChip, FakeLineRequest, World, plugged_in, refusal


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    """List a function's parameters as a caller sees them, without annotations."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize(("fake", "real"), [(FakeChip, gpiod.Chip), (FakeLineRequest, gpiod.LineRequest)])
def test_fake_offers_nothing_that_the_package_does_not(fake: type, real: type) -> None:
    """Each public name of the fake is a name of the real class, with the same parameters and defaults."""
    ours = {"world", "push", "hang_up", "apply"}  # what tests use
    names = [name for name in vars(fake) if name not in ours and (not name.startswith("_") or name == "__bool__")]
    assert len(names) > 5
    for name in names:
        theirs = inspect.getattr_static(real, name)
        mine = inspect.getattr_static(fake, name)
        assert isinstance(mine, property) == isinstance(theirs, property), name
        if not isinstance(mine, property):
            assert parameters(mine) == parameters(theirs), name


def test_fake_chip_is_constructed_as_the_real_one() -> None:
    """A chip's constructor takes the same parameters in the fake and in the package."""
    assert parameters(FakeChip) == parameters(gpiod.Chip)


@pytest.mark.parametrize(("path", "number"), [("/dev/null", errno.ENODEV), ("/no/such/chip", errno.ENOENT)])
def test_fake_refuses_as_the_package_does(path: str, number: int) -> None:
    """What cannot be opened raises the same error, with the same number, in the fake and in the package."""
    with pytest.raises(OSError, match=os.strerror(number)) as real:
        gpiod.Chip(path)
    assert real.value.errno == number
    world = World()
    world.refused[path] = number
    with plugged_in(world), pytest.raises(OSError, match=os.strerror(number)) as fake:
        gpiod.Chip(path)
    assert fake.value.errno == number


def test_invalid_argument_is_no_oserror_in_the_package_nor_in_the_fake() -> None:
    """The package turns EINVAL into a ValueError with number and words, and the fake does the same."""
    from gpiod import _ext

    with pytest.raises(ValueError, match="Invalid argument") as real:
        _ext.LineSettings(99, 1, 1, 1, False, 0, 1, 0)
    assert real.value.args == refusal(errno.EINVAL).args
    assert type(real.value) is type(refusal(errno.EINVAL))


def test_fake_sends_settings_through_the_package_own_checks(world: World) -> None:
    """Settings that libgpiod itself refuses do not get as far as the fake's lines."""
    wrong = gpiod.LineSettings(direction="input")  # type: ignore[arg-type]
    with gpiochip.open_chip() as chip, pytest.raises(AttributeError):
        chip.request_lines({17: wrong})
    assert world.held() == []


def test_fake_refuses_edges_on_an_output(world: World) -> None:
    """Edge detection on an output is EINVAL, as in the kernel's line request."""
    with gpiochip.open_chip() as chip, pytest.raises(ValueError, match="Invalid argument"):
        chip.request_lines({17: gpiod.LineSettings(direction=Direction.OUTPUT, edge_detection=Edge.BOTH)})


EDGES = gpiod.LineSettings(direction=Direction.INPUT, edge_detection=Edge.BOTH)


@pytest.mark.parametrize(("asked", "kept"), [(None, 16), (0, 16), (1, 1), (100, 100), (1024, 1024), (5000, 1024)])
def test_fake_keeps_the_newest_events(asked: int | None, kept: int, world: World) -> None:
    """A storm drops the oldest edges and leaves the descriptor readable until they are read."""
    with gpiochip.open_chip() as chip:
        request = chip.request_lines({17: EDGES}, event_buffer_size=asked)
    for _ in range(600):
        world.drive(17, 1)
        world.drive(17, 0)
    assert request.wait_edge_events(0)
    events = request.read_edge_events(2000)
    assert [event.line_seqno for event in events] == list(range(1201 - kept, 1201))
    assert [event.timestamp_ns for event in events] == sorted(event.timestamp_ns for event in events)
    assert events[-1].event_type is gpiod.EdgeEvent.Type.FALLING_EDGE
    assert not request.wait_edge_events(0)
    request.release()


def test_fake_reads_64_events_at_a_time_unless_told(world: World) -> None:
    """As in the package: 64 events a read by default, and never more than the request's buffer holds."""
    with gpiochip.open_chip() as chip:
        request = chip.request_lines({17: EDGES}, event_buffer_size=200)
    for _ in range(100):
        world.drive(17, 1)
        world.drive(17, 0)
    assert [len(request.read_edge_events(*most)) for most in ((), (100,), ())] == [64, 100, 36]
    request.release()


def test_fake_descriptor_gives_the_kernel_bytes(world: World) -> None:
    """A plain read of the descriptor takes the events, 48 bytes each; without one it waits or says that it would."""
    with gpiochip.open_chip() as chip:
        request = chip.request_lines({17: EDGES})
    os.set_blocking(request.fd, False)
    for level in (1, 0):
        world.drive(17, level)
    assert len(os.read(request.fd, 65536)) == 2 * 48
    with pytest.raises(BlockingIOError):
        os.read(request.fd, 65536)
    with pytest.raises(BlockingIOError):
        request.read_edge_events()
    world.drive(17, 1)
    assert len(request.read_edge_events()) == 1
    request.release()


def test_fake_unplugged_chip_hangs_up(world: World) -> None:
    """Without its chip a request's descriptor reports so to whoever polls it, and operations are ENODEV."""
    with gpiochip.open_chip() as chip:
        request = chip.request_lines({17: EDGES})
    world.unplug()
    poll = select.poll()
    poll.register(request.fd, select.POLLIN)
    ((_, mask),) = poll.poll(0)
    assert mask & select.POLLHUP
    with pytest.raises(OSError, match="No such device"):
        request.read_edge_events()
    request.release()
