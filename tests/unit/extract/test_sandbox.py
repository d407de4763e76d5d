"""The sandbox: an answer for every page, whatever one of them does to its process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import psutil
import pytest
from children import Child, python
from tasks import kind_of, misbehave, process_id, read, write_down

from pipeline.errors import UserError
from pipeline.extract.sandbox.box import Sandbox
from pipeline.extract.sandbox.guard import Limits
from pipeline.models.articles import Document
from pipeline.models.pages import Capture, NotAnArticle, Reason
from pipeline.stop import Stop

TOP = Path(__file__).parents[3]
LIMITS = Limits(timeout_seconds=4, memory_bytes=300_000_000)
ARTICLE = "<article><h1>Harbour closes</h1>{}</article>".format(
    "<p>The council decided on Tuesday evening that the harbour will be closed to cars from the first of May.</p>" * 3
)
ARABIC = "أعلن مجلس المدينة مساء الثلاثاء أن الميناء القديم سيغلق أمام السيارات ابتداء من أول مايو المقبل. " * 3


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Two workers that tests share, as pages do."""
    with Sandbox(2, LIMITS) as made:
        yield made


def page(body: str | bytes, charset: str | None = None) -> Capture:
    written = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return Capture("https://harbour.example/a", written, "text/html", charset)


def test_answers_come_in_the_order_of_the_arguments(sandbox: Sandbox) -> None:
    words = [str(number) for number in range(200)]

    assert list(sandbox.make(misbehave, words)) == [f"{word}: done" for word in words]


@pytest.mark.parametrize(
    ("what", "reason", "detail"),
    [
        ("loop", Reason.EXTRACTION_TIMEOUT, "more than 1 s"),
        ("wait", Reason.EXTRACTION_TIMEOUT, "more than 1 s"),
        ("hold the interpreter", Reason.EXTRACTION_TIMEOUT, "more than 1 s"),
        ("grow", Reason.EXTRACTION_MEMORY, "more than 300 MB"),
        ("ask for all", Reason.EXTRACTION_MEMORY, "more than 300 MB"),
        ("be killed", Reason.EXTRACTION_MEMORY, "more than 300 MB"),
        ("abort", Reason.EXTRACTION_CRASH, f"the process ended with {-signal.SIGABRT}"),
        ("read address 0", Reason.EXTRACTION_CRASH, f"the process ended with {-signal.SIGSEGV}"),
        ("exit", Reason.EXTRACTION_CRASH, "the process ended with 3"),
    ],
)
def test_a_bad_page_gets_a_reason_and_its_neighbours_their_answers(what: str, reason: Reason, detail: str) -> None:
    words = ["a", "b", what, "c", "d", "e"]
    seconds = 1 if reason is Reason.EXTRACTION_TIMEOUT else 20
    with Sandbox(2, Limits(seconds, memory_bytes=300_000_000)) as box:
        answers = list(box.make(misbehave, words))

    # Where the process ends at once, its pool may not have heard with what.
    lost = NotAnArticle(reason, detail)
    assert answers[2] in (lost, NotAnArticle(Reason.EXTRACTION_CRASH, "the process ended"))
    assert [*answers[:2], *answers[3:]] == [f"{word}: done" for word in words if word != what]


def test_bad_pages_in_a_row_take_no_good_one_with_them(sandbox: Sandbox) -> None:
    words = ["abort", "a", "exit", "abort", "b", "be killed", "ask for all", "c"]

    answers = list(sandbox.make(misbehave, words))

    assert [answer for answer in answers if not isinstance(answer, NotAnArticle)] == ["a: done", "b: done", "c: done"]


def test_what_a_page_raises_is_the_answer_of_that_page(sandbox: Sandbox) -> None:
    answers = list(sandbox.make(misbehave, ["a", "raise", "b"]))

    fault = NotAnArticle(Reason.EXTRACTION_CRASH, "ValueError: no such page")
    assert answers == ["a: done", fault, "b: done"]


@pytest.mark.parametrize(("word", "error"), [("lack", ImportError), ("blame", UserError)])
def test_what_is_no_fault_of_a_page_is_raised_at_its_turn(sandbox: Sandbox, word: str, error: type[Exception]) -> None:
    answers = sandbox.make(misbehave, ["a", word, "b"])

    assert next(answers) == "a: done"
    with pytest.raises(error, match="no such lexicon"):
        next(answers)
    assert list(sandbox.make(misbehave, ["c"])) == ["c: done"]


def test_of_those_that_a_worker_had_together_only_the_bad_ones_are_lost(sandbox: Sandbox) -> None:
    words = [*"abcd", "abort", *"efghij", "raise", *"kl", "be killed", "exit", *"mnopqrst"]

    answers = list(sandbox.make(misbehave, words))

    lost = [word for word, answer in zip(words, answers, strict=True) if isinstance(answer, NotAnArticle)]
    assert lost == ["abort", "raise", "be killed", "exit"]
    assert [answer for answer in answers if isinstance(answer, str)] == [
        f"{word}: done" for word in "abcdefghijklmnopqrst"
    ]


def test_what_cannot_be_sent_to_a_worker_is_the_answer_of_that_page(sandbox: Sandbox) -> None:
    before, found, after = sandbox.make(kind_of, ["a", threading.Lock(), "b"])

    assert (before, after) == ("str", "str")
    assert isinstance(found, NotAnArticle)
    assert "pickle" in found.detail


def test_a_later_step_goes_before_pages_that_wait_longer(tmp_path: Path) -> None:
    told, gate = tmp_path / "told", tmp_path / "gate"
    os.mkfifo(gate)
    are_known = threading.Event()

    def words(*given: str) -> Iterator[tuple[Path, str]]:
        yield from ((told, word) for word in given)
        are_known.set()

    with Sandbox(1, LIMITS) as box, ThreadPoolExecutor(2) as threads:
        first = threads.submit(lambda: list(box.make(write_down, words(str(gate), *map(str, range(30))))))
        assert are_known.wait(20)
        pipe = gate.open("wb")  # which waits for the worker to read it
        are_known.clear()
        later = threads.submit(lambda: list(box.make(write_down, words("later"), step=1)))
        assert are_known.wait(20)
        pipe.close()
        assert first.result(20) == [None] * 31
        assert later.result(20) == [None]

    assert "later" in told.read_text().split()[:-5]


def test_answers_that_nobody_took_do_not_come_later(sandbox: Sandbox) -> None:
    assert next(sandbox.make(misbehave, ["a", "b", "c"])) == "a: done"

    assert list(sandbox.make(misbehave, ["d", "e"])) == ["d: done", "e: done"]


def test_arguments_are_taken_a_few_ahead_only(sandbox: Sandbox) -> None:
    taken: list[int] = []

    def arguments() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    list(islice(sandbox.make(process_id, arguments()), 3))

    assert len(taken) <= 3 + 2 * 32


def test_pages_run_in_other_processes_and_in_several() -> None:
    with Sandbox(2, LIMITS) as box:
        used = set(box.make(process_id, range(50)))

    assert len(used) == 2
    assert os.getpid() not in used


def test_a_process_is_replaced_after_its_number_of_pages() -> None:
    with Sandbox(1, Limits(tasks_per_worker=3)) as box:
        used = list(box.make(process_id, range(9)))

    assert [used.count(process) for process in dict.fromkeys(used)] == [3, 3, 3]


def test_a_process_that_keeps_memory_is_replaced_before_a_page_is_blamed() -> None:
    with Sandbox(1, LIMITS) as box:
        assert list(box.make(misbehave, ["keep some"] * 8)) == ["keep some: done"] * 8


def test_no_process_starts_without_a_page() -> None:
    before = multiprocessing.active_children()
    with Sandbox(2, LIMITS) as box:
        assert list(box.make(process_id, [])) == []
        assert multiprocessing.active_children() == before


def test_no_process_is_left_behind() -> None:
    with Sandbox(2, LIMITS) as box:
        used = list(box.make(process_id, range(10)))

    assert [process for process in used if isinstance(process, int) and psutil.pid_exists(process)] == []


def test_what_a_page_prints_is_not_seen(capfd: pytest.CaptureFixture[str]) -> None:
    with Sandbox(1, LIMITS) as box:
        assert list(box.make(misbehave, ["print"])) == ["print: done"]

    assert tuple(capfd.readouterr()) == ("", "")


_PROGRAM = """
from pipeline.extract.sandbox.box import Sandbox
from pipeline.extract.sandbox.guard import Limits
from tasks import misbehave, process_id
import sys, time
if __name__ == "__main__":
    with Sandbox(2, Limits(timeout_seconds=float(sys.argv[1]))) as box:
        try:
            print(*set(box.make(process_id, range(40))), flush=True)
            list(box.make(misbehave, [sys.argv[2]] * 2))
        except KeyboardInterrupt:
            print("interrupted", flush=True)
"""


def start(tmp_path: Path, seconds: float, what: str) -> tuple[str, ...]:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    return (str(program), str(seconds), what)


def processes(child: Child) -> list[psutil.Process]:
    return [psutil.Process(int(one)) for one in child.says().split()]


def gone(workers: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(workers, timeout=20)[1]


@pytest.mark.parametrize(("what", "seconds"), [("loop", 60), ("wait", 60), ("hold the interpreter", 1)])
def test_processes_end_with_the_one_that_started_them(what: str, seconds: float, tmp_path: Path) -> None:
    with python(*start(tmp_path, seconds, what), env=os.environ | {"PYTHONPATH": f"{TOP}:{TOP / 'tests'}"}) as child:
        workers = processes(child)
        child.kill()

        assert len(workers) == 2
        assert gone(workers)


def test_an_interrupt_ends_all_within_seconds_and_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with python(*start(tmp_path, 60, "loop"), env=os.environ | {"PYTHONPATH": f"{TOP}:{TOP / 'tests'}"}) as child:
        workers = processes(child)
        for process in (psutil.Process(child.process.pid), *psutil.Process(child.process.pid).children(recursive=True)):
            process.send_signal(signal.SIGINT)  # as a terminal does

        assert child.says() == "interrupted"
        assert child.process.wait(10) == 0
        assert gone(workers)
    assert capfd.readouterr().err == ""


HOSTILE = {
    "colspan 2**53-1": f"{ARTICLE}<table><tr><td colspan=9007199254740991>a</table>",
    "rowspan 2**53-1": f"{ARTICLE}<table><tr><td rowspan=9007199254740991>a</table>",
    "a table of a million rows": f"{ARTICLE}<table>{'<tr><td>a<td>b' * 1_000_000}</table>",
    "5,000 levels": f"{'<div>' * 5000}{ARTICLE}{'</div>' * 5000}",
    "5,000 levels of lists": f"{'<ul><li>' * 5000}{ARTICLE}",
    "20 MB": f"{'<div><p>The council decided on Tuesday evening.</p></div>' * 370_000}",
    "20 MB in one paragraph": f"<p>{'The council decided on Tuesday evening. ' * 500_000}</p>",
    "a script without end": f"{ARTICLE}<script>{'var a = [1, 2, 3];' * 500_000}",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "nothing": b"",
    "white space": b" \n" * 1000,
    "surrogates": f"{ARTICLE}\ud800\udfff",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_ends_in_an_answer_and_its_neighbours_are_read(sandbox: Sandbox, body: str | bytes) -> None:
    before, found, *after = sandbox.make(read, [page(ARTICLE), page(body), page(ARTICLE), page(ARTICLE)])

    assert isinstance(found, Document | NotAnArticle)
    assert before == after[0] == after[1]
    assert isinstance(before, Document)


@pytest.mark.parametrize(
    ("encoded_as", "charset"), [("utf-16", None), ("utf-16-le", "utf-8"), ("cp1256", "utf-8"), ("utf-8", "iso-8859-1")]
)
def test_a_page_in_another_charset_is_read_in_its_own(encoded_as: str, charset: str | None, sandbox: Sandbox) -> None:
    [found] = sandbox.make(read, [page(f"<article><p>{ARABIC}</p></article>".encode(encoded_as), charset)])

    assert isinstance(found, Document)
    assert found.text == ARABIC.strip()


def test_threads_that_share_it_get_the_answers_to_their_own_pages(sandbox: Sandbox) -> None:
    words = [[f"{thread} {number}" for number in range(60)] for thread in range(3)]

    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda own: list(sandbox.make(misbehave, own)), words))

    assert answers == [[f"{word}: done" for word in own] for own in words]


def test_a_fault_of_the_machine_is_raised_and_the_next_call_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no more processes")

    with Sandbox(2, LIMITS) as box:
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.extract.sandbox.worker.start_fork_server", refuse)
            with pytest.raises(OSError, match="no more processes"):
                list(box.make(misbehave, ["a"] * 20))

        assert list(box.make(misbehave, ["a"] * 20)) == ["a: done"] * 20


def test_a_wish_to_stop_reaches_a_page_that_hangs() -> None:
    stop = Stop()
    with Sandbox(1, Limits(60), stop=stop) as box, ThreadPoolExecutor(1) as thread:
        answers = thread.submit(lambda: list(box.make(misbehave, ["a", "wait"])))
        stop.wish()
        with pytest.raises(CancelledError):
            answers.result()
