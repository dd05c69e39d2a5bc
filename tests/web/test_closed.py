"""Who gets nothing from the page's server: other sites, other names, files that are not the page's, a real board."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from pigate.web.guard import is_from_here, is_this_machine

from .site import PATIENCE_S, Site, served


def test_writes_need_the_pages_own_origin(site: Site) -> None:
    """Another site's page, a form, and a page that hides where it is from, may write nothing."""
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{site.port}", "http://127.0.0.1:1"):
        assert site.post("/api/switches", {"levels": "101"}, Origin=origin)[0] == 403
    headers = {"Content-Type": "application/json"}
    assert site.ask("POST", "/api/switches", b'{"levels": "101"}', headers)[0] == 403
    assert site.post("/api/switches", b"levels=101", Content_Type="text/plain")[0] == 415


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("LOCALHOST", True),
        ("[::1]:8000", True),
        ("192.168.1.7:8000", True),
        (socket.gethostname(), True),
        (f"{socket.gethostname().partition('.')[0]}.local:8000", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8000", False),
        ("evil.example:80", False),
        ("", False),
        ("127.0.0.1@evil.example", False),
    ],
)
def test_only_this_machines_names(host: str, ours: bool) -> None:
    """A Host is an address or a name of this machine; every other may be a rebinding attack."""
    assert is_this_machine(host) is ours


def test_foreign_host_sees_nothing(site: Site) -> None:
    """A request by another name gets neither page nor state, and one without or with two names neither."""
    for path in ("/", "/api/state", "/api/events", "/page/main.js"):
        assert site.ask("GET", path, headers={"Host": "evil.example"})[0] == 421
    assert b"421" in site.raw(b"GET / HTTP/1.0\r\n\r\n")
    assert site.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n").split()[1] in (b"400", b"421")


def test_every_answer_is_closed_to_other_sites(site: Site) -> None:
    """Page, files, state and refusals carry a strict policy without any `unsafe-`."""
    for path in ("/", "/api/state", "/nothing", "/page/nothing"):
        _, headers, _ = site.ask("GET", path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "*" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_page_loads_nothing_from_elsewhere(site: Site) -> None:
    """No file of the page names an address of another machine that a browser would load from."""
    folder = Path(__file__).parents[2] / "pigate/web/static"
    for path in (path for path in folder.rglob("*") if path.is_file()):
        status, _, body = site.ask("GET", f"/page/{path.relative_to(folder)}")
        assert status == 200
        addresses = set(re.findall(r"https?://[^\s\"'`)]+", body.decode()))
        assert {a for a in addresses if not a.startswith("http://www.w3.org/")} == set()


def test_no_file_but_the_pages(site: Site) -> None:
    """Paths that climb out of the page's folder lead nowhere."""
    for path in ("/page/../server.py", "/page/%2e%2e/server.py", "/page//etc/passwd", "/page/..%2fserver.py"):
        assert site.ask("GET", path)[0] == 404


def test_real_board_only_shows() -> None:
    """On a real board every write is refused, whoever asks, before its body is looked at."""
    driver = (
        "import sys\n"
        "from pigate.web.page import GateActions, Page\n"
        "from pigate.settings import BoardSettings, WebSettings\n"
        "from pigate import TruthTable, train\n"
        "def obeyed(*request): print('obeyed', request, file=sys.stderr, flush=True)\n"
        "page = Page(WebSettings(port=0), BoardSettings(), False, train(TruthTable.named('xor')),\n"
        "    GateActions(*[obeyed] * 5), lambda line: print(line, file=sys.stderr, flush=True), False)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", driver], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        found = re.search(r":(\d+)/", process.stderr.readline())
        assert found is not None
        site = Site(process, int(found[1]))
        assert site.state()["board"] == {"kind": "gpio", "inputs": [17, 27, 22], "outputs": [18], "writable": False} | {
            "teach": "no"
        }
        assert site.post("/api/switches", {"levels": "101"})[0] == 403
        assert site.post("/api/train", {})[0] == 403
        assert site.post("/api/switches", b"{")[0] == 403
        _, err = process.communicate()
        assert "obeyed" not in err


@pytest.mark.parametrize(
    ("peer", "here", "ours"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.8.8.8", "127.0.0.1", True),
        ("::1", "::1", True),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
        ("192.168.1.7", "192.168.1.7", True),
        ("::ffff:192.168.1.7", "::ffff:192.168.1.7", True),
        ("fe80::1%eth0", "fe80::1%eth0", True),
        ("192.168.1.8", "192.168.1.7", False),
        ("::ffff:192.168.1.8", "::ffff:192.168.1.7", False),
        ("fe80::2%eth0", "fe80::1%eth0", False),
        ("192.0.2.1", "127.0.0.1", False),
        ("unknown", "127.0.0.1", False),
    ],
)
def test_this_machines_own_requests(peer: str, here: str, ours: bool) -> None:
    """A request is this machine's own if it comes by loopback, or from the very address that it was sent to."""
    assert is_from_here({"client": (peer, 50000), "server": (here, 8000)}) is ours


def test_other_machines_only_read(site: Site) -> None:
    """What asks from another machine, here through a proxy of this one, sees all and may write nothing."""
    elsewhere = {"X-Forwarded-For": "192.0.2.7"}
    before = site.state()
    for path in ("/", "/page/main.js", "/api/state"):
        assert site.ask("GET", path, headers=elsewhere)[0] == 200
    assert json.loads(site.ask("GET", "/api/state", headers=elsewhere)[2])["board"]["writable"] is False
    for path, what in (("/api/switches", {"levels": "101"}), ("/api/train", {}), ("/api/cancel", {})):
        status, _, answer = site.post(path, what, X_Forwarded_For="192.0.2.7")
        assert status == 403
        assert "where pigate runs" in json.loads(answer)["error"]
    assert site.state() == before
    assert before["board"]["writable"] is True
    with site.stream("X-Forwarded-For: 192.0.2.7") as connection, connection.makefile("rb") as lines:
        state = next(line for line in lines if line.startswith(b"data: "))
        assert json.loads(state.removeprefix(b"data: "))["board"]["writable"] is False


def test_own_address_writes(tmp_path: Path) -> None:
    """A page for the whole network takes writes from its own machine, by whichever of its addresses."""
    config = tmp_path / "pigate.toml"
    config.write_text('[web]\nhost = "0.0.0.0"\nport = 0\n')
    command = [sys.executable, "-m", "pigate", "run", "--board", "simulated", "--config", str(config)]
    with served(command) as site:
        for address in {"127.0.0.1", "127.0.0.2", *own_addresses()}:
            headers = {"Origin": f"http://{address}:{site.port}", "Content-Type": "application/json"}
            with closing(http.client.HTTPConnection(address, site.port, timeout=PATIENCE_S)) as connection:
                connection.request("POST", "/api/switches", b'{"levels": "101"}', headers)
                assert connection.getresponse().status == 202


def own_addresses() -> set[str]:
    """Return this machine's IPv4 addresses, as far as its routes name them."""
    local = [line.split() for line in Path("/proc/net/fib_trie").read_text().splitlines()]
    return {before[1] for before, line in pairwise(local) if line[:3] == ["/32", "host", "LOCAL"]}
