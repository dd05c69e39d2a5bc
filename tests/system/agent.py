"""The harness's hand inside the guest: calls functions by name and sends back what they return.

One request a line, `{"module", "function", "args", "kwargs"}`; one answer a line, `{"result"}` or
`{"error"}` with the traceback. It runs as root from the stick, on the guest's bare Python.
"""

import importlib
import io
import json
import traceback
from pathlib import Path

PORT = Path("/dev/virtio-ports/agent")


def answer(request: bytes) -> bytes:
    """One answer line to one request line; a failure of the function is an answer too."""
    try:
        call = json.loads(request)
        function = getattr(importlib.import_module(call["module"]), call["function"])
        reply = {"result": function(*call["args"], **call["kwargs"])}
    except Exception:  # the test is told, whatever it was
        reply = {"error": traceback.format_exc()}
    return json.dumps(reply).encode() + b"\n"


def main() -> None:
    """Greet, then answer for as long as the machine runs."""
    # The kernel lets a port be opened once only, so both directions share one file.
    with PORT.open("r+b", buffering=0) as port:
        harness = io.BufferedRWPair(port, port)
        harness.write(b'{"result": "hello"}\n')
        harness.flush()
        for request in harness:
            harness.write(answer(request))
            harness.flush()


if __name__ == "__main__":
    main()
