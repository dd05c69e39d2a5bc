"""What MQTT costs: a sum of four gates, a gate's CPU and memory, and the broker's CPU."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from .circuit import MOSQUITTO, Listener, children, flip, gate, mosquitto, own_mb
from .figure import Figure

SUMS = 40
CROWD = 10
CROWD_S = 20

#: So many seconds between two sums: a gate that publishes more than 20 times a second has to wait.
REST_S = 0.5

#: Passes on what is published in a topic, as little as a peer can do.
RELAY = """
import sys
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
port, hears, says = int(sys.argv[1]), sys.argv[2], sys.argv[3]
client = Client(CallbackAPIVersion.VERSION2)
client.on_connect = lambda client, *_: client.subscribe(hears)
client.on_subscribe = lambda *_: print(flush=True)
client.on_message = lambda client, _data, message: client.publish(says, message.payload, 1, True)
client.connect("127.0.0.1", port)
client.loop_forever()
"""


def figures() -> Iterator[Figure]:
    """Measure on a Mosquitto of our own; nothing where there is none."""
    if MOSQUITTO is None:
        print("MQTT is not measured: apt install mosquitto", file=sys.stderr)
        return
    with mosquitto() as (port, broker):
        yield Figure(
            "changed switch to settled sum, 4 gates", "ms", _sums(port), "4 bare relays of paho-mqtt", _relays(port)
        )
        yield from _crowds(port, broker)


def _sums(port: int) -> list[float]:
    """Add 1 to 15 and take it away again; return the time until the sum is right at the broker, in milliseconds.

    The carry goes through all four gates.
    """
    taken = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        gates = []
        for bit in range(4):
            carry = f'"pigate/bit{bit - 1}/output/2"' if bit else "22"
            board = f"inputs = [17, 27, {carry}]\noutputs = [18, 23]"
            gates.append(stack.enter_context(gate(Path(folder), f"bit{bit}", port, "full-adder", board)))
        listener = Listener(port, "pigate/+/output/+")
        for bit in (3, 2, 1, 0):
            flip(gates[bit], "10" if bit else "100")
        for number in range(SUMS + 1):
            one = number % 2
            time.sleep(REST_S)
            began = time.perf_counter()
            if number:
                flip(gates[0], f"1{one}0")
            sums = {f"pigate/bit{bit}/output/1": b"OFF" if one else b"ON" for bit in range(4)}
            carries = {f"pigate/bit{bit}/output/2": b"ON" if one else b"OFF" for bit in range(4)}
            listener.until(sums | carries)
            if number:  # the first was the way to 15
                taken.append((time.perf_counter() - began) * 1e3)
        listener.close()
    return taken


def _relays(port: int) -> list[float]:
    """Publish, and have it passed on four times; return the times in milliseconds."""
    taken = []
    with ExitStack() as stack:
        for number in range(4):
            command = [sys.executable, "-c", RELAY, str(port), f"relay/{number}", f"relay/{number + 1}"]
            relay = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            stack.callback(relay.terminate)
            assert relay.stdout is not None
            relay.stdout.readline()
        listener = Listener(port, "relay/4")
        for number in range(SUMS):
            time.sleep(REST_S)
            began = time.perf_counter()
            payload = b"ON" if number % 2 else b"OFF"
            listener.client.publish("relay/0", payload, 1)
            listener.until({"relay/4": payload})
            taken.append((time.perf_counter() - began) * 1e3)
        listener.close()
    return taken


def _crowds(port: int, broker: int) -> Iterator[Figure]:
    """Flip the switches of some gates once a second, with MQTT and without."""
    ours, theirs = _crowd(port, broker), _crowd(None, broker)
    alone = "the same without MQTT"
    yield Figure(
        "CPU of a gate, a flip a second",
        "ms/s",
        [ours[0]],
        alone,
        [theirs[0]],
        ours_note=f"{ours[2]:.1f} messages a second",
    )
    yield Figure("memory of a gate", "MB", [ours[1]], alone, [theirs[1]])
    yield Figure("the broker's CPU of a message", "µs", [ours[3]], "of a bare client's", [_bare(port, broker)])


def _crowd(port: int | None, broker: int) -> tuple[float, float, float, float]:
    """Return a gate's CPU in ms a second, memory in MB, messages a second, and the broker's CPU for one in µs."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        board = "inputs = [17, 27, 22]"
        gates = [stack.enter_context(gate(Path(folder), f"g{n}", port, "xor", board)) for n in range(CROWD)]
        listener = Listener(port, "pigate/#") if port else None
        time.sleep(5)  # what belongs to the start should be over
        pids = [pid for one in gates for pid in (one.pid, *children(one.pid))]
        began, busy, serving = time.perf_counter(), sum(map(_cpu_s, pids)), _cpu_s(broker)
        count = listener.count if listener else 0
        for second in range(CROWD_S):
            for one in gates:
                flip(one, "000" if second % 2 else "001")
            time.sleep(1)
        seconds = time.perf_counter() - began
        messages = (listener.count - count if listener else 0) or 1
        cpu = (sum(map(_cpu_s, pids)) - busy) / seconds / CROWD * 1e3
        served = (_cpu_s(broker) - serving) / messages * 1e6
        memory = sum(map(own_mb, pids)) / CROWD
        if listener:
            listener.close()
        return cpu, memory, messages / seconds / CROWD, served


def _bare(port: int, broker: int) -> float:
    """Return the broker's CPU for a small retained message to one who listens, in microseconds."""
    listener = Listener(port, "bare")
    count = 2000
    before = _cpu_s(broker)
    for number in range(count):
        listener.client.publish("bare", b"ON", 1, True)
        if number % 10 == 9:
            time.sleep(0.02)
    listener.client.publish("bare", b"end", 1, True)
    listener.until({"bare": b"end"})
    served = (_cpu_s(broker) - before) / count * 1e6
    listener.close()
    return served


def _cpu_s(pid: int) -> float:
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9
