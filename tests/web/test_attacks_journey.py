"""Attacks 14 and 18 on a whole journey in a real server: nothing of it in a log, nothing in a file that is not sealed.

A participant signs, answers, is refused, comes back and leaves; an interviewer notes; then the database breaks under
both of them. The server is watched by the kernel (its temporary folder) and by Python (every file it writes to).
ASVS 11.7.2, 14.2.4, 16.2.5, 16.5.1.
"""

import ctypes
import os
import select
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, text

from bench.browser import Answer, Browser, Fields, filled
from consent.scopes import Scope
from instruments import shelf
from tests.vault import disk
from tests.web.scenario import EVERYTHING, Scenario, scenario
from tests.web.serving import served
from vault import sessions
from vault.sessions import Stage
from vault.settings import Settings
from vault.store import Stores
from web.kit import cookies

pytestmark = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)

# Runs first in every process of the server: each file that is opened to be written to gets a line, beginning with one
# that proves that it would.
_WATCH = """
import os, sys
_said = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
def _watch(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)) and given[2] & (os.O_WRONLY | os.O_RDWR):
        os.write(_said, os.path.abspath(os.fsdecode(given[0])).encode() + b"\\n")
    elif event in ("tempfile.mkstemp", "tempfile.mkdtemp"):
        os.write(_said, event.encode() + b"\\n")
sys.addaudithook(_watch)
open(os.environ["WATCHED"] + ".proof", "a").close()
"""
_MADE = 0x100 | 0x80  # IN_CREATE, IN_MOVED_TO


@contextmanager
def _made_in(folder: Path) -> Iterator[list[bytes]]:
    """What was ever made in a folder while this goes on, however soon it was gone, as the kernel saw it."""
    libc = ctypes.CDLL(None, use_errno=True)
    watching = libc.inotify_init1(os.O_NONBLOCK)
    assert libc.inotify_add_watch(watching, os.fsencode(folder), _MADE) >= 0
    found: list[bytes] = []
    try:
        yield found
        while select.select([watching], [], [], 0)[0]:
            found.append(os.read(watching, 65536))
    finally:
        os.close(watching)


@dataclass
class Journey:
    """What was said on the way and must not be found, and how the server answered."""

    said: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)

    def say(self, name: str) -> str:
        """Words that nobody else says."""
        self.said[name] = f"zebrafinch {name} quartermaster"
        return self.said[name]

    def went(self, answer: Answer) -> Answer:
        """The answer, once its status is noted; no secret is in an address."""
        self.statuses.append(answer.status)
        assert [name for name, words in self.said.items() if words in answer.location] == []
        return answer


def _send(journey: Journey, browser: Browser, path: str, typed: Fields, action: str = "") -> Answer:
    """Open a page, fill its form in, send it; where that leads."""
    form = journey.went(browser.get(path)).form(action or path)
    return browser.follow(journey.went(browser.post(action or path, filled(form, typed))))


def _answers(journey: Journey, browser: Browser, code: str) -> str:
    """From a wrong code to the review; the address of the first page of questions."""
    _send(journey, browser, "/p", [("code", journey.say("wrong code"))])
    _send(journey, browser, "/p", [("code", code)])
    agreed = [(f"scope-{scope.value}", "yes") for scope in Scope]
    _send(journey, browser, "/p/consent", [*agreed[1:], ("signature", journey.say("unfinished")), ("then", "next")])
    _send(journey, browser, "/p/consent", [*agreed, ("signature", journey.say("signature")), ("then", "next")])
    page = _send(journey, browser, "/p/begin", []).path
    other = [("university", "other"), ("university.words.other", journey.say("answer")), ("then", "next")]
    _send(journey, browser, page, [("role", "clinician"), ("years", journey.say("refused")), *other])
    _send(journey, browser, page, [("role", "clinician"), ("years", "7"), *other])
    last = page[:-1] + "3"
    _send(journey, browser, page[:-1] + "1", [("has_mentor", "no"), ("then", "next")])
    form = browser.get(last).form(last)
    assert browser.post(f"{last}/draft", filled(form, [("comment", journey.say("draft"))])).status == 204
    _send(journey, browser, last, [("comment", journey.say("comment")), ("then", "next")])
    for path in ("/p/review", "/p/mine", "/p/mine.json", "/p/consent/copy", "/p/consent/copy.pdf", "/p/later"):
        assert journey.went(browser.get(path)).status == 200, path
    return page


def _notes(journey: Journey, browser: Browser, here: str) -> None:
    """The interviewer's screen with something in every field."""
    fields = ("start.notes", "about.setting", "about.present", "memo", "candidate.new.words", "candidate.new.theme")
    named = ("nominee-name", "nominee-relation", "nominee-note")
    typed = [(name, journey.say(name)) for name in (*fields, *named)]
    _send(journey, browser, here, [*typed, ("nominee-email", journey.say("not an address")), ("then", "nominee")])
    address = journey.said["nominee-email"] = "zebrafinch.quartermaster@private.example"
    _send(journey, browser, here, [*typed, ("nominee-email", address), ("then", "nominee")])
    form = browser.get(here).form(here)
    note = [("holds", "start"), ("start.notes", journey.say("note")), ("tab", "t")]
    journey.went(browser.post(f"{here}/note", filled(form, note)))


def _break(settings: Settings, table: str) -> None:
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_elsewhere"))
    engine.dispose()


def _broken(
    journey: Journey, settings: Settings, participant: Browser, interviewer: Browser, page: str, here: str
) -> None:  # fmt: skip
    """Everything once more while the database does not know its own tables: faults, with everything that was typed."""
    answer, screen = participant.get(page).form(page), interviewer.get(here).form(here)
    _break(settings, "page_record")
    typed = [("university.words.other", journey.say("lost answer")), ("university", "other"), ("role", "clinician")]
    noted = [("holds", "start"), ("start.notes", journey.say("lost note")), ("tab", "t")]
    faults = [
        participant.get(page), participant.post(page, filled(answer, [*typed, ("then", "next")])),
        participant.post(f"{page}/draft", filled(answer, typed)), participant.get("/p/mine"),
        interviewer.get(here), interviewer.post(here, filled(screen, noted)),
        interviewer.post(f"{here}/note", filled(screen, noted)),
    ]  # fmt: skip
    assert {journey.went(one).status for one in faults} == {500}
    assert [one.path for one in faults for words in journey.said.values() if words in one.text] == []


def _faceless() -> list[str]:
    """Files without a name that the server holds open: taken out of their folder, and still on the disk."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(FileNotFoundError):
            found += [str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
    assert found
    return [path for path in found if path.endswith("(deleted)") and not path.startswith("/memfd")]


def _signed_in(study: Scenario) -> str:
    with study.stores.work() as work:
        who = study.interviewer
        value = sessions.open_session(work.db, who.id, who.seed, stage=Stage.FULL, now=datetime.now(UTC))
        work.commit()
    return value


def test_a_whole_journey_leaves_nothing_in_a_log_and_nothing_in_a_file_that_is_not_sealed(
    settings: Settings, stores: Stores, tmp_path: Path
) -> None:
    """ASVS 11.7.2, 14.2.4, 16.2.5, 16.5.1: refusals and forced faults included, on both kinds of database."""
    study = scenario(stores, now=datetime.now(UTC), versions_of_list_1=1)
    study.publish_guide(shelf.load(shelf.SHORT_SURVEY))
    someone = study.enrol("Zebrafinch Quartermaster", "zq@private.example", telephone="+43 660 5551234")
    called = study.enrol("Zebrafinch Called", "zc@private.example", assigned=True, agrees=EVERYTHING)
    here = f"{study.at}/interviews/{called.pseudonym}/{study.start(called).response_id}"
    session = _signed_in(study)
    stores.dispose()
    temporary, hook, watched, log = (tmp_path / name for name in ("temporary", "hook", "watched", "log"))
    temporary.mkdir()
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(_WATCH)
    folders = dict.fromkeys(("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"), str(temporary))
    journey = Journey({"code": someone.code, "name": someone.name, "telephone": "+43 660 5551234", "session": session})

    with (
        _made_in(temporary) as made,
        served(settings, log, PYTHONPATH=str(hook), WATCHED=str(watched), **folders) as server,
        closing(Browser(server.port)) as participant,
        closing(Browser(server.port, {cookies.SESSION: session})) as interviewer,
    ):
        page = _answers(journey, participant, someone.code)
        journey.said["visit"] = participant.jar[cookies.PERSON]
        _notes(journey, interviewer, here)
        _broken(journey, settings, participant, interviewer, page, here)
        faceless = _faceless()

    assert set(journey.statuses) == {200, 303, 422, 500}
    said = log.read_text()
    assert said.count("fault") == 7
    assert "POST /p/answer/<uuid:version_id>/<int:slot> 500" in said
    assert "Traceback" not in said
    assert [name for name, words in journey.said.items() if words in said] == []
    assert (someone.pseudonym in said, called.pseudonym in said, page in said) == (False, False, False)
    assert (made, faceless) == ([], [])
    written = watched.read_text().splitlines()
    assert written.count(f"{watched}.proof") >= 2, "the server and its worker are watched"
    known = (str(settings.home), "/dev/", f"{watched}.proof")
    assert [line for line in written if not line.startswith(known) and "__pycache__" not in line] == []
    assert disk.leaks(journey.said, settings.home) == set()
