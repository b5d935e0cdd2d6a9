"""A worker that dies, loops, hogs or talks nonsense is an EngineError, and a fresh one works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.engines import worker as worker_module
from kfm_gates.engines import worker_main
from kfm_gates.engines.limits import Limits
from kfm_gates.engines.worker import Worker
from kfm_gates.errors import EngineError

SERVICE = """
import os, sys, time
from kfm_gates.errors import EngineError
def serve(request):
    what = request["do"]
    if what == "echo": return request["value"]
    if what == "loop":
        while True: pass
    if what == "hog": return len([bytes(50_000_000) for _ in range(1000)])
    if what == "print": print("noise"); os.write(1, b"more noise"); return "quiet"
    if what == "refuse": raise EngineError("not like this")
    if what == "raise": raise ValueError("no such thing")
    if what == "exit": sys.exit(0)
    if what == "die": sys.stderr.write("last words"); sys.stderr.flush(); os._exit(3)
    if what == "nan": return float("nan")
    if what == "environment": return dict(os.environ)
    if what == "stdin": return len(sys.stdin.read())
    if what == "garbage":
        for descriptor in range(3, 20):
            try: os.write(descriptor, b"\\xff" * 64)
            except OSError: pass
        time.sleep(60)
"""


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Worker]]:
    """Workers whose service is the one above; the child runs the real worker_main."""
    (tmp_path / "stub_service.py").write_text(SERVICE)
    start = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; from kfm_gates.engines import worker_main as w;"
        "w.SERVICES['stub'] = 'stub_service'; sys.exit(w.main(sys.argv[1:]))"
    )
    real = subprocess.Popen

    def spawn(command: list[str], **settings: Any) -> Any:
        assert command[:4] == [sys.executable, "-I", "-m", "kfm_gates.engines.worker_main"]
        return real([sys.executable, "-I", "-c", start, *command[4:]], **settings)

    monkeypatch.setattr(subprocess, "Popen", spawn)
    yield Worker


def test_answers_come_to_their_tickets(stub: type[Worker]) -> None:
    with stub("stub") as worker:
        first = worker.post({"do": "echo", "value": 1})
        second = worker.post({"do": "echo", "value": [None, "é\ud800", 1.5]})
        assert worker.answer(second) == [None, "é\ud800", 1.5]
        assert worker.answer(first) == 1


def test_large_messages_pass_both_ways(stub: type[Worker]) -> None:
    text = "x" * 5_000_000
    with stub("stub") as worker:
        assert worker.request({"do": "echo", "value": text}) == text


def test_a_started_worker_answers(stub: type[Worker]) -> None:
    with stub("stub").start() as worker:
        assert worker.request({"do": "echo", "value": 1}) == 1


def test_prints_of_libraries_do_not_reach_the_stream(stub: type[Worker]) -> None:
    with stub("stub") as worker:
        assert worker.request({"do": "print"}) == "quiet"
        assert worker.request({"do": "stdin"}) == 0


def test_environment_is_scrubbed(stub: type[Worker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("CONFTEST_NO_FAIL", "true")
    with stub("stub") as worker:
        seen = worker.request({"do": "environment"})
    assert seen.keys() <= {"PATH", "LC_ALL", "LC_CTYPE", "TZ", "RUST_BACKTRACE", "LD_LIBRARY_PATH"}


def test_an_error_of_the_service_is_a_sentence_and_the_worker_goes_on(stub: type[Worker]) -> None:
    with stub("stub") as worker:
        with pytest.raises(EngineError, match=r"^not like this$"):
            worker.request({"do": "refuse"})
        with pytest.raises(EngineError, match="can't be sent"):
            worker.request({"do": "echo", "value": {1, 2}})
        assert worker.request({"do": "echo", "value": "alive"}) == "alive"


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("die", "ended with exit code 3.*last words"),
        ("exit", "SystemExit"),
        ("raise", "ValueError: no such thing"),
        ("nan", "not JSON compliant"),
        ("loop", "took too long"),
        ("hog", "MemoryError"),
        ("garbage", "header announces"),
    ],
)
def test_a_failed_worker_stays_failed_and_a_fresh_one_works(
    stub: type[Worker], what: str, words: str
) -> None:
    limits = Limits(memory_bytes=600_000_000, request_seconds=2)
    with stub("stub", limits) as worker:
        worker.request({"do": "echo", "value": 1})
        with pytest.raises(EngineError, match=f"(?s)stub worker .*{words}"):
            worker.request({"do": what})
        assert worker.failed
        with pytest.raises(EngineError, match="only a fresh worker"):
            worker.request({"do": "echo", "value": 1})
    with stub("stub", limits) as worker:
        assert worker.request({"do": "echo", "value": 2}) == 2


def test_kill_9_is_an_engine_error(stub: type[Worker]) -> None:
    with stub("stub") as worker:
        worker.request({"do": "echo", "value": 1})
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="was ended by SIGKILL"):
            worker.request({"do": "echo", "value": 1})


def test_a_request_timeout_kills_the_child(stub: type[Worker]) -> None:
    with stub("stub") as worker:
        worker.request({"do": "echo", "value": 1})
        child = worker.pid
        assert child is not None
        with pytest.raises(EngineError, match="took too long to answer"):
            worker.request({"do": "loop"}, timeout=0.2)
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_an_unknown_service_is_an_engine_error() -> None:
    with (
        Worker("nothing") as worker,
        pytest.raises(EngineError, match=r"could not get ready.*must be one of"),
    ):
        worker.request({})


def test_another_installation_is_refused(stub: type[Worker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "__file__", "/elsewhere/kfm_gates/engines/worker.py")
    with stub("stub") as worker, pytest.raises(EngineError, match="another installation"):
        worker.request({"do": "echo", "value": 1})


def test_the_table_names_every_service() -> None:
    assert set(worker_main.SERVICES) == {"rego", "shapes", "trial", "checks"}
