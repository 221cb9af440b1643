"""``verbatim demo``: everything of the reference study is there, and whoever reads the sheet can go on as anybody."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import wsgi
from consent import decisions
from consent.scopes import Scope as Agreed
from instruments import drafts, shelf, versions
from instruments.definition import questions
from instruments.route import Missingness
from survey import (
    amendments,
    candidates,
    frames,
    letters,
    links,
    matrices,
    nominations,
    participants,
    persons,
    progress,
    withdrawals,
)
from survey import runs as runs_of
from survey.amendments import State
from survey.letters import LetterState
from survey.matrices import Matrix
from survey.participants import Standing
from survey.runs import Kind
from survey.statuses import Status
from survey.withdrawals import Way
from tests.cli.demo_reading import MOMENT, Demo, called, made, plain
from tests.exports.log_making import verify
from tests.exports.log_scenario import handed_over
from tests.web.visitors import Clock, Visitor
from vault import approvals, ledger, participant_keys, studies
from vault.codes import TypedCode
from vault.errors import CannotOpen
from vault.studies import Role
from web.cli.demo_calendar import Calendar
from web.cli.demo_material import MENTEES, MENTORS, material
from web.cli.demo_play import programme
from web.kit import guard


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo that the tests of this file share."""
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Demo]:
    """The demo, made once."""
    found = made(home, "--keep")
    yield found
    found.stores.dispose()


@pytest.fixture
def visitor(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """A browser at the demo, at the moment at which it was made."""
    monkeypatch.setattr(guard, "datetime", Clock(MOMENT))
    app = wsgi.create_app(demo.settings)
    yield Visitor(app)
    guard.kit_of(app).stores.dispose()


def _matrix(demo: Demo, key: str) -> Matrix:
    with demo.opened() as (work, lead):
        row = next(one for one in drafts.instruments_of(work.db, demo.study) if one.key == key)
        return matrices.asked(
            work.db, work.keyring, demo.study, row.id, account_id=lead.account.id, seed=lead.seed, now=MOMENT
        )


def test_a_team_with_somebody_in_each_role_and_a_frame_are_there(demo: Demo) -> None:
    with demo.stores.work(reading=True) as work:
        team = [member.role for member in studies.members(work.db, demo.study)]
        assert sorted(team) == sorted(Role)
        assert [site.name for site in studies.sites(work.db, demo.study)] == ["Alberta", "Calgary"]
        assert len(frames.strata(work.db, demo.study)) == 4
        assert len(frames.quotas(work.db, demo.study)) == 6
        assert [link.is_open(MOMENT.date()) for link in links.of_study(work.db, demo.study)] == [True]


def test_twenty_one_mentees_and_seven_mentors_were_interviewed_and_others_never_took_part(demo: Demo) -> None:
    with demo.stores.work(reading=True) as work:
        held = [run for run in runs_of.of_study(work.db, demo.study) if run.kind is Kind.INTERVIEW]
        keys = {row.id: row.key for row in drafts.instruments_of(work.db, demo.study)}
        totals = progress.overview(work.db, demo.study, exact=True).totals
    assert Counter(keys[run.instrument_id] for run in held) == {"list_1": 21, "list_2": 7}
    assert {status.value: count for status, count in totals.items() if count} == {
        "identified": 6, "invited": 3, "no-reply": 4, "declined": 3, "consented": 2, "interviewed": 11, "closed": 14,
        "withdrawn": 3,
    }  # fmt: skip


def test_the_guide_grew_after_interviews_4_9_and_14_each_time_under_an_amendment(demo: Demo) -> None:
    matrix = _matrix(demo, "list_1")
    with demo.stores.work(reading=True) as work:
        published = {row.key: found for row, found in versions.of_study(work.db, demo.study)}
        reasons = [
            (change.reason, change.theme) for one in published["list_1"] for change in versions.changes_of(work.db, one)
        ]
        (held,) = approvals.holding(work.db, demo.study, on=MOMENT.date())
        chain = [one.number for one in approvals.lineage(work.db, demo.study, held.number)]
        asked = amendments.of_study(work.db, demo.study)
    assert Counter(row.version for row in matrix.rows) == {1: 4, 2: 5, 3: 5, 4: 7}
    assert len({one.approval for one in published["list_1"]}) == 4
    assert chain == [one.approval for one in reversed(published["list_1"])]
    assert [(one.state, one.approval) for one in asked] == [(State.APPROVED, number) for number in chain[:3]]
    given = {(reason.reason, reason.theme) for entry in shelf.LIST_1 for reason in entry.reasons}
    assert set(reasons) == given


def test_the_asked_matrices_show_each_kind_of_missing(demo: Demo) -> None:
    found = {
        cell for key in ("list_1", "short_survey") for row in _matrix(demo, key).rows for cell in row.cells.values()
    }
    assert found == set(Missingness)


def test_candidate_questions_were_noted_before_the_version_that_takes_them_up(demo: Demo) -> None:
    with demo.opened() as (work, lead):
        heard = candidates.of_team(
            work.db, work.keyring, demo.study, account_id=lead.account.id, seed=lead.seed, now=MOMENT
        )
        published = {one.number: one for row, found in versions.of_study(work.db, demo.study)
                     for one in found if row.key == "list_1"}  # fmt: skip
    taken_up = {
        "Assigned versus self-identified mentor": 2, "Barriers": 3, "Matching": 3, "Ownership of ideas": 4,
        "Strategies": 4, "Work and life outside it": 4,
    }  # fmt: skip
    for theme, number in taken_up.items():
        days = [one.held_on for one in heard if one.theme == theme]
        assert min(days) < published[number].published_at.date(), theme


def test_mentees_named_fourteen_men_of_whom_seven_were_spoken_with(demo: Demo) -> None:
    with demo.opened() as (work, lead):
        reader = persons.reader(lead.account.id, lead.seed)
        named = nominations.of_study(work.db, work.keyring, demo.study, reader, now=MOMENT)
        frame = {stratum.id: stratum.attributes["gender"] for stratum in frames.strata(work.db, demo.study)}
        nominees = [participants.find(work.db, demo.study, one.nominee_id) for one in named]
    assert [frame[one.stratum_id] for one in nominees if one.stratum_id] == ["man"] * 14


def test_some_letters_are_held_and_all_others_have_left(demo: Demo) -> None:
    with demo.stores.work(reading=True) as work:
        counted = letters.counts(work.db, demo.study)
    assert counted[LetterState.HELD] == 6
    assert counted[LetterState.SENT] == sum(counted.values()) - 6


def test_consent_was_typed_and_spoken_in_two_languages_and_every_scope_was_declined_by_somebody(demo: Demo) -> None:
    with demo.stores.work(reading=True) as work:
        every = [
            sitting
            for one in participants.of_study(work.db, demo.study)
            for sitting in decisions.history(work.db, one.id)
        ]
    assert {sitting.occasion.mode.value for sitting in every} == {"typed", "spoken", "withdrawal"}
    assert {sitting.occasion.language for sitting in every if sitting.occasion.language} == {"en", "fr"}
    declined = {said.scope for one in every for said in one.decisions if not said.agreed and said.document}
    assert declined == set(Agreed)


def test_each_way_of_leaving_has_left_what_it_should(demo: Demo) -> None:
    with demo.opened() as (work, lead):
        left = {one.way: one.pseudonym for one in withdrawals.of_study(work.db, demo.study)}
        assert set(left) == set(Way)
        reader = persons.reader(lead.account.id, lead.seed)
        stopped, anonymous, erased = (
            participants.by_pseudonym(work.db, demo.study, left[way]) for way in (Way.STOP, Way.ANONYMISE, Way.ERASE)
        )
        known = persons.who(work.db, work.keyring, stopped, reader, now=MOMENT)
        assert known is not None
        assert known.name == material().people["15"].name
        assert Agreed.TAKE_PART not in decisions.grant_for(work.db, stopped.id).scopes
        for one in (anonymous, erased):
            with pytest.raises(CannotOpen):
                persons.who(work.db, work.keyring, one, reader, now=MOMENT)
    cells = {row.pseudonym: set(row.cells.values()) for row in _matrix(demo, "list_1").rows}
    assert cells[erased.pseudonym] == {Missingness.WITHDRAWN}
    assert Missingness.ANSWERED in cells[anonymous.pseudonym]


def test_the_log_tells_the_weeks_in_their_order(demo: Demo) -> None:
    with demo.stores.work(reading=True) as work:
        lines = list(reversed(ledger.of_study(work.db, demo.study, most=10_000)))
    # When a page was saved the log tells by the day.
    written = [str(line["at"]) for line in lines if line["action"] != "answers.saved"]
    assert written == sorted(written)
    assert written[0].startswith("2026-08-31")
    assert written[-1].startswith("2026-11-19")


@pytest.mark.parametrize(
    ("role", "page", "says"),
    [
        ("lead", "/progress", "Calgary"),
        ("coordinator", "/letters", ""),
        ("interviewer", "/interviews", "Write the memo and deposit"),
        ("transcriber", "", ""),
        ("analyst", "/asked", ""),
        ("auditor", "/log", ""),
    ],
)
def test_whoever_reads_the_sheet_signs_in_through_the_pages(
    demo: Demo, visitor: Visitor, role: str, page: str, says: str
) -> None:
    account = demo.account(role)
    form = visitor.get("/sign-in").form("/sign-in").fill(email=account["email"], passphrase=account["passphrase"])

    inside = form.submit().form("/code").fill(code=demo.code(role)).submit()

    assert inside.status == 200
    assert "/account/recovery" not in inside.path
    there = visitor.get(f"/studies/{demo.study}{page}")
    assert there.status == 200
    assert says in there.words()


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("now-1", "Do you want to take part in this study?"),
        ("now-3", "How far do you agree with these statements?"),
        ("now-4", ""),
        ("5", ""),
    ],
)
def test_a_participants_link_leads_to_where_they_were(demo: Demo, visitor: Visitor, key: str, says: str) -> None:
    link = urlsplit(demo.participant(key)["link"])
    assert (link.path, link.fragment) == ("/p", demo.participant(key)["code"])

    there = visitor.get("/p").form("/p").fill(code=link.fragment).submit()

    assert there.status == 200
    assert says in there.words()


def test_the_open_door_is_open(demo: Demo, visitor: Visitor) -> None:
    (address,) = demo.told["enrolment_links"]
    assert visitor.get(urlsplit(address).path).status == 200


def test_a_script_gets_all_that_it_needs_to_go_on_as_anybody(demo: Demo) -> None:
    told = demo.told
    assert {account["role"] for account in told["accounts"]} == set(Role)
    secrets = ("email", "passphrase", "totp_secret", "totp_uri", "recovery_code")
    assert all(account[name] for account in told["accounts"] for name in secrets)
    with demo.stores.work() as work:
        for one in told["participants"]:
            entered = participant_keys.enter(work.keyring, TypedCode.parse(one["code"]))
            found = participants.find(work.db, demo.study, entered.participant_id)
            assert (found.pseudonym, found.standing) == (one["pseudonym"], one["standing"])
    keys = {one["key"] for one in told["participants"]}
    assert {str(number) for number in (*MENTEES, *MENTORS)} - keys == {"17"}  # who was erased has no code
    assert Standing.ERASED not in {one["standing"] for one in told["participants"]}
    assert {one["status"] for one in told["participants"]} >= {Status.INVITED, Status.CONSENTED, Status.CLOSED}


def test_a_second_demo_is_refused_and_nothing_is_made(demo: Demo, home: Path) -> None:
    again = called("demo", home=home)

    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr.count("\n") == 1
    with demo.stores.work(reading=True) as work:
        assert len(studies.members(work.db, demo.study)) == len(Role)


def test_an_installation_with_a_study_is_left_alone_if_that_was_asked(demo: Demo, home: Path) -> None:
    again = called("demo", "--if-empty", home=home)

    assert (again.exit_code, again.output) == (0, "")


def test_an_auditor_finds_nothing_wrong_with_the_log(demo: Demo, tmp_path: Path) -> None:
    found = verify(handed_over(demo.stores, demo.study, tmp_path / "log", MOMENT))
    assert (found.code, found.wrong) == (0, []), found.said
    assert "no rule in this file" not in found.said
    assert "earlier Verbatim" not in found.said


def test_the_kept_sheet_is_its_owners_and_is_shown_again(demo: Demo, home: Path) -> None:
    again = called("demo", "--if-empty", "--keep", home=home)

    sheet = home / "DEMO.txt"
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert again.stdout == sheet.read_text(encoding="utf-8") + "\n"
    assert again.stdout.startswith("This is a demo.")
    assert all(account["passphrase"] in again.stdout for account in demo.told["accounts"])


def test_the_same_seed_tells_the_same_under_other_secrets_and_keeps_no_sheet_unasked(
    tmp_path: Path, demo: Demo
) -> None:
    other = made(tmp_path / "home")
    other.stores.dispose()

    assert not (tmp_path / "home" / "DEMO.txt").exists()
    # The same seed at the same moment: everything that is readable is the same; what is secret is not.
    assert json.dumps(plain(other)) == json.dumps(plain(demo))
    assert {one["code"] for one in other.told["participants"]}.isdisjoint(
        one["code"] for one in demo.told["participants"]
    )


def test_another_seed_tells_the_same_at_other_times() -> None:
    first, second = (Calendar(MOMENT, seed) for seed in (1, 2))

    assert [first.interview(n) for n in MENTEES] != [second.interview(n) for n in MENTEES]
    assert len(programme(material(), first)) == len(programme(material(), second))


def test_notes_are_as_long_as_an_interview_makes_them_and_leave_no_question_out() -> None:
    read = material()
    assert set(read.interviews) == {*MENTEES, *MENTORS}
    newest = {after: entry for entry in shelf.LIST_1 for after in [entry.after_interview]}
    for number, notes in read.interviews.items():
        assert 600 <= notes.words <= 1500, number
        after = max(held for held in newest if held < number)
        entry = newest[after] if number in MENTEES else shelf.LIST_2
        about = notes.about
        noted = [*notes.topics, *about.asked, *about.skipped, *about.declined]
        assert sorted(noted) == sorted(question.id for question in questions(shelf.load(entry))), number
        assert notes.memo, number
