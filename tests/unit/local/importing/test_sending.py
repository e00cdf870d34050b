"""An import on its way: every line once on the queue or in the report, in bounded memory, from wherever it stopped."""

import tracemalloc
from itertools import count

import pytest

from kairos.service.fan_out import WAITING
from kairos.service.ports import QueueRefused
from local.importing.columns import columns
from local.importing.people import Lines
from local.importing.progress import Another, Notebook, Progress, Report
from local.importing.sending import AHEAD, AT_ONCE, PAGE, Sending
from local.importing.table import Table, digest


class Queue:
    """Takes pages, or refuses the n-th request; says how many wait."""

    def __init__(self, refuse=(), waiting=()):
        self.requests, self.numbers, self.refuse, self.waiting = [], count(), set(refuse), list(waiting)

    def put_pages(self, bodies):
        if next(self.numbers) in self.refuse:
            raise QueueRefused([0])
        self.requests.append(bodies)

    def backlog(self, queue="bulk"):
        return self.waiting.pop(0) if self.waiting else 0

    @property
    def people(self):
        return [
            person["id"].rpartition(":")[2] for pages in self.requests for page in pages for person in page["customers"]
        ]


def write(tmp_path, lines):
    file = tmp_path / "people.csv"
    file.write_text("id,phone\n" + "".join(lines), "utf-8")
    return file


def run(file, queue, plan="plan", began="", sleep=lambda _: None, elapsed=lambda: 0.0, **options):
    notebook = Notebook(file.with_name("state.json"))
    begun = notebook.begin(Progress(digest(file), plan, began))
    with Table(file) as table:
        report = Report(file.with_name("bad.csv"), table.header, table.delimiter, begun.reported)
        lines = Lines(file.name, digest(file), table.header, columns(table.header, {}, []))
        sending = Sending(queue, options.get("quiet", False), begun, notebook, report, sleep=sleep, elapsed=elapsed)
        try:
            done = sending(table, lines)
        finally:
            report.close(keep=True)
    return done


def some(number, bad=7):
    return [f"{i},{'12' if i % bad == 0 else ''}\n" for i in range(1, number + 1)]


def test_every_line_is_on_the_queue_or_in_the_report_once(tmp_path):
    file, queue = write(tmp_path, some(1000)), Queue()
    done = run(file, queue)
    reported = [row.split(",")[0] for row in (tmp_path / "bad.csv").read_text().splitlines()[1:]]
    assert sorted(map(int, queue.people + reported)) == list(range(2, 1002))
    assert (done.rows, done.taken, done.bad) == (1000, 858, 142)
    assert (
        len(queue.requests) == 4 and max(len(page["customers"]) for pages in queue.requests for page in pages) == PAGE
    )


def test_the_report_can_be_corrected_and_imported(tmp_path):
    file = write(tmp_path, ["1,12\n"])
    run(file, Queue())
    report = tmp_path / "bad.csv"
    assert report.read_text() == (
        "kairos_line,kairos_column,kairos_reason,id,phone\n2,phone,must be a phone number with its country, such as "
        "+45 20 12 34 56,1,12\n"
    ).replace(
        "must be a phone number with its country, such as +45 20 12 34 56",
        '"must be a phone number with its country, such as +45 20 12 34 56"',
    )
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(report.read_text().replace(",12\n", ",+4520123456\n"))
    with Table(corrected) as table:
        lines = Lines("c", "f" * 64, table.header, columns(table.header, {}, []))
        assert [lines(row)["customer"] for row in table.rows()] == ["1"]


@pytest.mark.parametrize("refused", [0, 1, 3, 5])
def test_it_goes_on_where_the_queue_refused_and_nobody_is_left_out(tmp_path, refused):
    file, first, second = write(tmp_path, some(2000)), Queue(refuse=[refused]), Queue()
    with pytest.raises(QueueRefused):
        run(file, first)
    done = run(file, second)
    reported = [row.split(",")[0] for row in (tmp_path / "bad.csv").read_text().splitlines()[1:]]
    assert sorted(map(int, set(first.people) | set(second.people) | set(reported))) == list(range(2, 2002))
    assert len(reported) == len(set(reported)) == done.bad
    assert len(second.people) < 2000 - 250 * min(refused, 1), "what was taken before is not sent again"


def test_a_line_has_the_same_id_whenever_it_is_sent(tmp_path):
    file, first, second = write(tmp_path, some(60)), Queue(), Queue()
    run(file, first)
    run(file, second)
    assert first.requests == second.requests


def test_a_line_is_of_when_the_import_began_whenever_it_is_sent(tmp_path):
    """Told again two hours later, or by a client that has not heard an answer, it overrules nothing that came in between."""
    file, first, second = write(tmp_path, some(600)), Queue(refuse=[1]), Queue()
    with pytest.raises(QueueRefused):
        run(file, first, began="2026-06-01T09:00:00Z")
    run(file, second, began="2026-06-01T11:00:00Z")
    sent = [
        person
        for queue in (first, second)
        for pages in queue.requests
        for page in pages
        for person in page["customers"]
    ]
    assert {person["time"] for person in sent} == {"2026-06-01T09:00:00Z"} and len(second.people) < len(sent)
    run(file, second, began="2026-06-01T12:00:00Z")
    assert second.requests[-1][0]["customers"][0]["time"] == "2026-06-01T12:00:00Z", (
        "all of it was done: this is another one"
    )


def test_another_file_or_other_columns_do_not_go_on(tmp_path):
    file = write(tmp_path, some(10))
    with pytest.raises(QueueRefused):
        run(file, Queue(refuse=[0]))
    with pytest.raises(Another, match="other columns, options, or into another stack"):
        run(file, Queue(), plan="another")
    file.write_text("id,phone\nx,\n")
    with pytest.raises(Another, match="the file has changed"):
        run(file, Queue())
    (tmp_path / "state.json").write_text("[]")
    with pytest.raises(Another, match="is no state of an import"):
        run(file, Queue())


def test_a_report_that_somebody_took_away_meanwhile_is_not_gone_on_with(tmp_path):
    file = write(tmp_path, some(600))
    with pytest.raises(QueueRefused):
        run(file, Queue(refuse=[1]))
    (tmp_path / "bad.csv").unlink()
    with pytest.raises(Another, match="no longer what it was"):
        run(file, Queue())
    (tmp_path / "state.json").unlink()
    assert run(file, Queue()).bad == 85


def test_it_waits_while_feedback_would_stand_behind_it(tmp_path):
    slept: list[float] = []
    now = count()
    queue = Queue(waiting=[WAITING + 1, WAITING + 1, WAITING])
    run(write(tmp_path, some(300)), queue, sleep=slept.append, elapsed=lambda: float(next(now)))
    assert len(slept) == 2 and len(queue.people) == 258


def test_what_is_quiet_says_so_on_every_page(tmp_path):
    queue = Queue()
    run(write(tmp_path, some(60)), queue, quiet=True)
    assert {page["quiet"] for pages in queue.requests for page in pages} == {True}


def test_a_file_of_any_length_takes_the_same_memory(tmp_path):
    """What a million lines take is what a few thousand take: requests under way, and no more."""

    class Counting:
        """Keeps nothing."""

        held = most = 0

        def put_pages(self, bodies):
            pass

        def backlog(self, queue="bulk"):
            return 0

    def peak(lines):
        file = write(tmp_path, some(lines, bad=50))
        tracemalloc.start()
        run(file, Counting())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    bound = (AHEAD + 2) * AT_ONCE * PAGE * 2_000
    peak(100)  # libraries are loaded by now
    assert peak(2 * AHEAD * AT_ONCE * PAGE) < bound
