"""A broker, gates on it and somebody who listens: what the benchmarks of MQTT run."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

#: Debian installs it where only root looks.
MOSQUITTO = shutil.which("mosquitto", path="/usr/local/sbin:/usr/sbin:/usr/bin")


@contextmanager
def mosquitto() -> Iterator[tuple[int, int]]:
    """Run a broker; give its port and its process's number."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mosquitto.conf")
        path.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        with subprocess.Popen([str(MOSQUITTO), "-c", str(path)], stderr=subprocess.DEVNULL) as process:
            try:
                while True:
                    try:
                        socket.create_connection(("127.0.0.1", port)).close()
                        break
                    except ConnectionRefusedError:
                        time.sleep(0.05)
                yield port, process.pid
            finally:
                process.terminate()


class Listener:
    """Hears a broker's topics."""

    def __init__(self, port: int, *topics: str) -> None:
        self.latest: dict[str, bytes] = {}
        self.count = 0
        self._news = threading.Condition()
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda _client, _data, message: self._take(message.topic, bytes(message.payload))
        self.client.on_connect = lambda client, *_: client.subscribe([(topic, 0) for topic in topics])
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _take(self, topic: str, payload: bytes) -> None:
        with self._news:
            self.latest[topic] = payload
            self.count += 1
            self._news.notify_all()

    def until(self, wanted: dict[str, bytes]) -> None:
        """Wait until these are the latest payloads of their topics."""
        with self._news:
            while not wanted.items() <= self.latest.items():
                if not self._news.wait(60):
                    raise TimeoutError(f"{wanted} never came: {self.latest}")

    def close(self) -> None:
        """Leave the broker."""
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def gate(folder: Path, name: str, port: int | None, table: str, board: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a gate on a simulated board, without a page, and give it when it has decided."""
    path = folder / f"{name}.toml"
    text = f'[table]\nname = "{table}"\n[board]\n{board}\nsettle_s = 0.0\n[web]\nenabled = false\n'
    path.write_text(text + (f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\nid = "{name}"\n' if port else ""))
    command = [sys.executable, "-m", "pigate", "run", "--board", "simulated", "--json", "--config", str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.terminate()


def flip(process: subprocess.Popen[bytes], levels: str) -> None:
    """Set a gate's switches."""
    assert process.stdin is not None
    process.stdin.write(f"{levels}\n".encode())
    process.stdin.flush()


def children(pid: int) -> list[int]:
    """Return the numbers of a process's child processes."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in lists for child in path.read_text().split()]


def own_mb(pid: int) -> float:
    """Return a process's memory in MB; what several share, such as Python itself, counts in parts."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
