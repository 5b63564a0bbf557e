"""`threadwire serve` as a command, and adapters that take their streams from a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clients import FIRST, SECOND, ask_run, load_playlist
from threadwire_conformance.api import Api, load_api
from threadwire_conformance.serve import environment
from threadwire_conformance.server import PlayServer
from threadwire_conformance.transport import Http
from threadwire_generator.cli import run

HOUSE = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "threadwire_generator.cli"]
POSIX = pytest.mark.skipif(
    sys.platform == "win32", reason="signals are not sent to one process there"
)


@pytest.fixture(scope="module")
def api() -> Api:
    return load_api("assistants")


@pytest.fixture
def captures(tmp_path: Path) -> list[Path]:
    (tmp_path / "a.sse").write_bytes(FIRST)
    (tmp_path / "b.sse").write_bytes(SECOND)
    return [tmp_path / "a.sse", tmp_path / "b.sse"]


def threadwire(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **options,
    )


CLIENT = """
import json, os, sys, urllib.request
for _ in range(int(sys.argv[1])):
    url = os.environ["OPENAI_BASE_URL"] + "/threads/thread_abc/runs"
    request = urllib.request.Request(url, json.dumps({"stream": True}).encode())
    sys.stdout.write(urllib.request.urlopen(request).read().decode().replace("\\r", ""))
sys.exit(int(sys.argv[2]))
"""


def test_a_command_runs_against_the_files_and_its_exit_code_is_the_result(
    captures: list[Path],
) -> None:
    for asks, code in ((1, 0), (2, 7)):
        client = [sys.executable, "-c", CLIENT, str(asks), str(code)]
        done = threadwire("serve", *captures, "--delay", "1ms", "--", *client)
        assert done.returncode == code
        assert done.stdout.count("[DONE]") == asks
        said = f"{asks} request{'s' * (asks > 1)}, {asks} of 2 files played"
        assert done.stderr == f"threadwire serve: {said}\n"


def test_options_of_the_command_are_its_own(captures: list[Path]) -> None:
    script = "import sys; print(sys.argv[1:])"
    done = threadwire(
        "serve", captures[0], "--", sys.executable, "-c", script, "--port", "-x", "--", "--help"
    )
    assert done.returncode == 0
    assert done.stdout == "['--port', '-x', '--', '--help']\n"


def test_the_environment_names_the_server_and_spares_keys_and_proxies(api: Api) -> None:
    present = {"OPENAI_API_KEY": "mine", "NO_PROXY": "example.org", "PATH": "p"}
    url = "http://127.0.0.1:1"
    made = environment(api, url, present)
    assert made["THREADWIRE_BASE_URL"] == url
    assert made["OPENAI_BASE_URL"] == url + "/v1"
    assert made["OPENAI_API_KEY"] == "mine"
    assert made["PATH"] == "p"
    assert made["NO_PROXY"] == "example.org,127.0.0.1,localhost,::1"
    assert environment(api, url, {})["OPENAI_API_KEY"] == "threadwire"


@POSIX
def test_a_command_that_a_signal_ends_counts_as_in_a_shell() -> None:
    script = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert (
        threadwire("serve", "--", sys.executable, "-c", script).returncode == 128 + signal.SIGKILL
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--", "no-such-program-anywhere"], "no-such-program-anywhere: cannot be started"),
        (["--"], "there is no command after --"),
        (["--delay", "20"], "no duration such as 20ms"),
        (["nowhere.sse"], "nowhere.sse"),
        (["--port", "70000"], "70000"),
        (["--host", "256.0.0.1"], "256.0.0.1, port 0: "),
        (["--suite", str(HOUSE / "schema")], "suite.json"),
    ],
)
def test_wrong_usage_exits_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert run(["serve", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_file_that_is_no_capture_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "f").write_text("{no json\n")
    assert run(["serve", str(tmp_path / "f"), "--", sys.executable, "-c", "print('ran')"]) == 2
    out, err = capsys.readouterr()
    assert str(tmp_path / "f") in err
    assert out == ""


def test_another_host_than_loopback_is_warned_of() -> None:
    done = threadwire("serve", "--host", "0.0.0.0", "--", sys.executable, "-c", "")
    assert done.returncode == 0
    assert "warning: 0.0.0.0 can be reached from other machines" in done.stderr


@pytest.fixture
def waiting() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def start(
    waiting: list[subprocess.Popen[str]], *arguments: str | Path
) -> tuple[subprocess.Popen[str], str]:
    """A started command line, and the first line that it prints."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    waiting.append(process)
    assert process.stdout
    return process, process.stdout.readline().strip()


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_server_alone_prints_its_url_and_ends_in_order_when_asked(
    waiting: list[subprocess.Popen[str]], captures: list[Path], name: str
) -> None:
    process, url = start(waiting, "serve", captures[0], "-v")
    assert ask_run(url, "thread_abc").data == FIRST
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert "POST /v1/threads/thread_abc/runs: a.sse\n" in err
    assert err.endswith("1 request, 1 of 1 files played\n")
    assert "Traceback" not in err


SLEEPER = """
import os, signal, sys, time
ears = {"deaf": signal.SIG_IGN, "good": signal.default_int_handler}
signal.signal(signal.SIGINT, ears[sys.argv[1]])
print(os.getpid(), flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("put away", flush=True)
"""


@POSIX
@pytest.mark.parametrize(
    ("name", "code", "ears"),
    [("SIGINT", 130, "good"), ("SIGTERM", 143, "good"), ("SIGINT", 130, "deaf")],
)
def test_an_interrupt_ends_the_command_and_the_server(
    waiting: list[subprocess.Popen[str]], name: str, code: int, ears: str
) -> None:
    process, pid = start(waiting, "serve", "--", sys.executable, "-c", SLEEPER, ears)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=40)
    assert process.returncode == code
    assert (out == "put away\n") == (name == "SIGINT" and ears == "good")
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


# --- adapters over http ---------------------------------------------------------------------------

ADAPTER = """
import http.client, json, sys, urllib.parse
from threadwire_conformance.reference import load
from threadwire_conformance.replies import reply_members

package = load("assistant_events")

def chunks(url, thread_id):
    at = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(at.hostname, at.port)
    connection.request("POST", f"/v1/threads/{thread_id}/runs", '{"stream": true}')
    response = connection.getresponse()
    assert response.status == 200, response.read()
    while data := response.read1(1 << 16):
        yield data.replace(b"\\r", b"") if "--wrong" in sys.argv else data
    connection.close()

hello = {"name": "h", "version": "1", "language": "python", "features": [], "transport": "http"}
for line in sys.stdin.buffer:
    request = json.loads(line)
    if request["cmd"] == "stop":
        break
    if request["cmd"] == "start":
        print(json.dumps(hello), flush=True)
    else:
        members = reply_members(package, chunks(request["url"], request["thread_id"]))
        print(f'{{"seq": {request["seq"]}, {members}}}', flush=True)
"""


def test_what_a_run_needed_over_http_is_put_away() -> None:
    with PlayServer(load_playlist()) as server:
        transport = Http(server)
        line, size = transport.request(17, [b"ab", b"c"])
        request = json.loads(line)
        url, thread_id = request.pop("url"), request.pop("thread_id")
        assert (request, size, line[-1:]) == ({"cmd": "run", "seq": 17}, 3, b"\n")
        assert ask_run(url, thread_id).data == b"abc"
        transport.over(17)
        assert ask_run(url, thread_id).status == 404


@pytest.mark.parametrize("wrong", [False, True])
def test_an_adapter_may_ask_for_http(tmp_path: Path, wrong: bool) -> None:
    (tmp_path / "adapter.py").write_text(textwrap.dedent(ADAPTER))
    adapter = [sys.executable, tmp_path / "adapter.py", *(["--wrong"] if wrong else [])]
    done = threadwire("test", "--case", "framing", "--format", "json", "--", *adapter)
    report = json.loads(done.stdout)
    assert report["mode"] == "http"
    assert report["left"] == 0
    assert "as written and whole, not cut elsewhere (http)" in report["summary"]
    assert report["counts"].get("broken", 0) == 0
    assert report["runs"] <= 2 * report["planned"]
    assert report["runs"] > report["planned"]
    assert done.returncode == int(wrong), report["summary"]
