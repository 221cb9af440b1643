"""An interview of the largest promised size, thirty topics with six probes each: its page, and a note as one types."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

from bench.figure import Figure
from bench.installation import CONTACTS, Colleague, Installation, colleague, cookie_of, installed
from bench.server import Server, serving
from consent import decisions, documents, examples
from consent.scopes import Scope as Agreed
from consent.signatures import Signed
from instruments import drafts, versions
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Probe, Topic
from survey import agreements, assignments, interviews, recruitment
from survey.sheets import Entry
from vault import approvals, ledger, studies, study_keys
from vault.studies import Scope

TOPICS, PROBES = 30, 6
NOTES = 1000  # what an hour of steady typing leaves behind
_PAGES, _AT_ONCE = 40, 100
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PATIENCE = 60  # seconds
_MOST_KB, _MOST_MS = 160, 50


def guide() -> Instrument:
    """The guide."""
    ticks = tuple(Probe(id=f"p{at}", label={"en": f"Probe {at}: a few words to remember"}) for at in range(PROBES))
    label = "please tell me about it, from the beginning, in your own words"
    asked = tuple(
        Question(id=f"t{at}", kind=Topic(probes=ticks), label={"en": f"Topic {at}: {label}"}) for at in range(TOPICS)
    )
    sections = (Section(id="all", title={"en": "All of it"}, questions=asked),)
    return Instrument(id="long", role=Role.GUIDE, title={"en": "A long guide"}, languages=("en",), sections=sections)


def _begun(installation: Installation, lead: Colleague) -> str:
    """The address of an interview that goes on."""
    now = datetime.now(UTC)
    by, account, seed = lead.account.id, lead.account, lead.seed
    with installation.stores.work() as work:
        db, rings = work.db, work.keyring
        study = studies.found(db, "Mentors", "MM-1", by=by, now=now).id
        study_keys.make(db, study, by=account, now=now)
        year = timedelta(days=365)
        decided = approvals.Decided("Board", "REB-1", "all", (now - year).date(), (now + year).date())
        approval = approvals.record(db, study, decided, by=by, now=now).number
        text = documents.publish(
            db, study, examples.library()[0].with_contacts(CONTACTS), approval=approval, by=by, now=now
        )
        draft = drafts.begin(db, study, guide(), by=by, now=now)
        version = versions.publish(db, draft, (), approval=approval, by=by, now=now)
        entry = Entry(0, "Jo Example", interviewer=by)
        one = recruitment.enrol_one(db, rings, study, entry, by=ledger.staff(by), now=now).participant
        key = assignments.key_of(rings, one, Scope.LINKAGE, account=account, seed=seed)
        agreements.agree(
            db, rings, one, dict.fromkeys(Agreed, True), document=text.fingerprint, language="en", now=now, key=key,
            signed=Signed(witness="Kim Sample"), read_by=by,
        )  # fmt: skip
        held = interviews.start(
            db, rings, one, version.instrument_id, decisions.grant_for(db, one.id), account=account, seed=seed, now=now
        )
        work.commit()
    return f"/studies/{study}/interviews/{one.pseudonym}/{held.response_id}"


@dataclass
class _Tab:
    """A browser's tab on the interview."""

    server: Server
    address: str
    cookie: str
    token: str = ""
    size: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def look(self) -> None:
        """Load the page."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=_PATIENCE)
        connection.request("GET", self.address, headers={"Host": "localhost", "Cookie": self.cookie})
        answer = connection.getresponse()
        page = answer.read()
        self.size = len(page)
        found = _TOKEN.search(page.decode())
        if answer.status != 200 or found is None:
            raise RuntimeError(f"the interview answered {answer.status}")
        if not self.token:
            self.token = found[1]
            self.cookie += "; " + (answer.getheader("Set-Cookie") or "").partition(";")[0]
        connection.close()

    def note(self, count: int, *, begin: int) -> None:
        """So many notes, each a little longer than the one before."""
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=_PATIENCE)
        headers = {
            "Host": "localhost", "Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        for at in range(begin, begin + count):
            topic = f"t{at * TOPICS // (NOTES + _AT_ONCE)}"
            notes = "She said that nobody had told her. " * (1 + at % 30)
            fields = {
                "csrf_token": self.token, "tab": "one", "holds": topic, f"{topic}.notes": f"{notes}{at}",
                f"seen.topic:{topic}": str(self.seen.get(topic, 0)),
            }  # fmt: skip
            connection.request("POST", f"{self.address}/note", urlencode(fields), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            self.seen[topic] = told["sequence"]
            if answer.status != 200:
                raise RuntimeError(f"a note was answered with {answer.status}")
        connection.close()


def measure() -> Iterator[Figure]:
    """Size and processor time of the page, processor time of a note at the beginning and after an hour."""
    with installed() as installation:
        with installation.stores.work() as work:
            lead = colleague(work.db, "ada")
            work.commit()
        address = _begun(installation, lead)
        cookie = f"__Host-verbatim={cookie_of(installation, lead)}"
        with serving("granian", "bench.apps:guarded", installation.environment) as server:
            tab = _Tab(server, address, cookie)
            tab.look()
            yield from _notes(server, tab)
            before = server.cpu_seconds()
            for _ in range(_PAGES):
                tab.look()
            spent = (server.cpu_seconds() - before) / _PAGES * 1e3
            size = tab.size / 1000
            what = f"an interview of {TOPICS} × {PROBES} with {NOTES} notes"
            yield Figure(f"{what}: its page", size, "kB", goal=f"≤ {_MOST_KB} kB", holds=size <= _MOST_KB)
            yield Figure(f"{what}: loading it", spent, "ms CPU")


def _notes(server: Server, tab: _Tab) -> Iterator[Figure]:
    before = server.cpu_seconds()
    tab.note(_AT_ONCE, begin=0)
    first = (server.cpu_seconds() - before) / _AT_ONCE * 1e3
    tab.note(NOTES - _AT_ONCE, begin=_AT_ONCE)
    before = server.cpu_seconds()
    tab.note(_AT_ONCE, begin=NOTES)
    last = (server.cpu_seconds() - before) / _AT_ONCE * 1e3
    yield Figure(f"a note among the first {_AT_ONCE}", first, "ms CPU")
    what = f"a note after {NOTES} others"
    ratio, goal = last / first, f"≤ {_MOST_MS} ms"
    yield Figure(what, last, "ms CPU", f"among the first, {first:.0f} ms", ratio, goal, last <= _MOST_MS)
