"""Who is in a release and as what: every scope in every profile, every way of leaving, every kind of missing."""

import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from consent import decisions
from consent.scopes import Scope as Agreed
from exports import leaving, releases
from exports.leaving import before
from exports.profiles import PROFILES
from exports.releases import Job, ReleaseCase, State
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Date, Option, ShortText, SingleChoice
from survey import participants, responses, withdrawals
from survey.runs import Kind
from survey.withdrawals import Way
from tests.exports.setting import (
    EVERYTHING,
    Setting,
    add,
    answer,
    approved,
    asked,
    built,
    done,
    fetched,
    interview,
    manifest_of,
    texts,
)
from tests.survey.field import LONGER_GUIDE, LONGER_SURVEY, grant, in_the_log, published, taking_part
from vault import ledger, records
from vault.records import Address
from vault.studies import Scope

# What the scope opens to whom: the words of somebody who agrees to everything but this are in these profiles.
WITHOUT = {
    Agreed.RECORDED: set(PROFILES),
    Agreed.QUOTED: set(PROFILES) - {"quoting"},
    Agreed.LATER_RESEARCH: set(PROFILES) - {"archive"},
    Agreed.RESULTS: set(PROFILES),
}

FIRST_FILES = {
    "refi": "project-standard.qdpx", "qualcoder": "project-qualcoder.qdpx", "nvivo": "project-nvivo.qdpx",
    "taguette": "taguette/codebook.csv", "maxqda": "maxqda/structured.txt", "statistics": "csv/wide/short.csv",
    "tables": "csv/wide/short.csv", "csv": "csv/wide/short.csv", "archive": "csv/wide/short.csv",
}  # fmt: skip


def number_of(scope: Agreed) -> int:
    return list(WITHOUT).index(scope)


def crowd(at: Setting) -> None:
    """Five who agree to everything, and one for each scope who agrees to all but this one; each says which."""
    with at.stores.work() as work:
        for number in range(5):
            add(work, at, f"Every Body{number}", f"said-by-everything-{number}")
        for scope in WITHOUT:
            who = add(
                work, at, f"Wren {scope.name.title()}", f"said-without-{number_of(scope)}", scopes=EVERYTHING - {scope}
            )
            at.people[scope.value] = who
        nobody = participants.enrol(work.db, work.keyring, at.study_id, by=at.field.actor, now=at.now)
        _answer_without_consent(work, at, nobody)
        work.commit()


def _answer_without_consent(work, at, who) -> None:  # type: ignore[no-untyped-def]
    """Something lies there although they never agreed: no verb would have kept it, and no release may have it."""
    with work.db.begin_nested():
        address = Address(at.study_id, who.participant.id, "x", who.participant.id, 0)
        records.save(work.db, who.keys[Scope.RESPONSES], address, b"said-by-nobody", now=at.now)


@pytest.mark.parametrize("profile", list(PROFILES))
def test_a_release_holds_whom_its_scopes_let_in_and_nobody_else(quick: Setting, profile: str) -> None:
    at = quick
    crowd(at)
    files = fetched(at, built(at, profile))
    said = texts(files)
    assert all(f"said-by-everything-{number}" in said for number in range(5))
    assert {scope for scope in WITHOUT if f"said-without-{number_of(scope)}" in said} == {
        scope for scope, there in WITHOUT.items() if profile in there
    }
    assert "said-by-nobody" not in said
    told = manifest_of(files)
    left_out = told["left_out"]
    assert isinstance(left_out, dict)
    assert left_out["participants"]["never agreed to take part"] == 1
    assert told["participants"] == 9 - (profile in {"quoting", "archive"})
    listed = told["files"]
    assert isinstance(listed, list)
    assert {one["name"] for one in listed} == set(files) - {"manifest.json"}
    assert FIRST_FILES.get(profile, "README.txt") in files


def rows(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"))))


def test_who_may_not_be_quoted_says_so_in_every_other_profile(quick: Setting) -> None:
    at = quick
    crowd(at)
    files = fetched(at, built(at, "csv"))
    assert [row["case_quotable"] for row in rows(files, "csv/cases.csv")].count("no") == 1


@pytest.mark.parametrize("way", list(Way))
def test_who_left_stays_or_not_as_they_were_told(at: Setting, way: Way) -> None:
    crowd(at)
    with at.stores.work() as work:
        who = participants.find(work.db, at.study_id, at.people["Every Body0"].participant.id)
        leaving.withdraw(work.db, work.keyring, who, way, now=at.now)
        work.commit()
        work.carry_out(withdrawals.carry_out(work.db, work.keyring, at.scratch / "backups", now=at.now))
    for profile in ("csv", "archive"):
        files = fetched(at, built(at, profile))
        assert ("said-by-everything-0" in texts(files)) is (way is not Way.ERASE)
        left_out = manifest_of(files)["left_out"]
        assert isinstance(left_out, dict)
        assert left_out["participants"].get("withdrew and was erased", 0) == (way is Way.ERASE)


def test_whoever_takes_back_a_scope_is_out_of_the_next_release(quick: Setting) -> None:
    at = quick
    crowd(at)
    with at.stores.work() as work:
        who = at.people["Every Body0"].participant
        only = [Agreed.QUOTED]
        decisions.withdraw_all(work.db, work.keyring, at.study_id, who.id, now=at.now, only=only)
        work.commit()
    assert "said-by-everything-0" not in texts(fetched(at, built(at, "quoting")))


def test_trials_are_in_none_and_unfinished_runs_in_tables_alone(quick: Setting) -> None:
    at = quick
    crowd(at)
    with at.stores.work() as work:
        one = taking_part(work, at.field, now=at.now)
        answer(work, at, one, "said-and-not-sent", send=False)
        answer(work, at, at.people["Every Body1"], "said-on-trial", kind=Kind.TEST)
        work.commit()
    tables, reading = (fetched(at, built(at, profile)) for profile in ("csv", "reading"))
    assert "said-on-trial" not in texts(tables) + texts(reading)
    assert "said-and-not-sent" not in texts(reading)
    unfinished = [row for row in rows(tables, "csv/wide/short.csv") if "said-and-not-sent" in row.values()]
    assert len(unfinished) == 1
    assert len(rows(tables, "csv/wide/short.csv")) == 10


BORN = Instrument(
    id="born",
    role=Role.SURVEY,
    title={"en": "When"},
    languages=("en",),
    sections=(
        Section(
            id="all",
            questions=(
                Question(id="birthday", kind=Date(), label={"en": "When were you born?"}),
                Question(id="name", kind=ShortText(), label={"en": "Your name?"}, identifying=True),
                Question(
                    id="again", kind=SingleChoice(options=(Option(code="yes", label={"en": "Yes"}),)), label={"en": "?"}
                ),
            ),
        ),
    ),
)


def test_an_identifying_question_is_left_out_and_named(quick: Setting) -> None:
    at = quick
    _born(at)
    files = fetched(at, built(at, "csv"))
    assert "Somebody Secret" not in texts(files)
    left_out = manifest_of(files)["left_out"]
    assert isinstance(left_out, dict)
    assert left_out["questions_that_identify"] == ["name"]
    assert "name" not in rows(files, "csv/wide/born.csv")[0]


def _born(at: Setting) -> None:
    with at.stores.work() as work:
        version = published(work, at.field, BORN, now=at.now)
        for number in range(5):
            who = taking_part(work, at.field, now=at.now)
            key, agreed = who.keys[Scope.RESPONSES], grant(work, who)
            run = responses.begin(work.db, work.keyring, who.participant, version.instrument_id, agreed, now=at.now)
            given = {"birthday": f"1970-03-1{number}", "name": "Somebody Secret", "again": "yes"}
            responses.save(
                work.db, key, agreed, run, 0, given, seen=0, loaded=responses.load(work.db, key, run), now=at.now,
                subject=in_the_log(work, run.participant_id), linkage=who.keys[Scope.LINKAGE],
            )  # fmt: skip
            responses.close(work.db, work.keyring, run, now=at.now)
        work.commit()


def test_dates_move_by_a_constant_of_each_participant_that_is_the_same_every_time(quick: Setting) -> None:
    at = quick
    _born(at)
    plain, one, other, apart = (
        {
            row["case"]: (date.fromisoformat(row["day"]), date.fromisoformat(row["birthday"]))
            for row in rows(fetched(at, built(at, profile, shifted=shifted)), "csv/wide/born.csv")
        }
        for profile, shifted in (("csv", False), ("csv", True), ("csv", True), ("archive", True))
    )
    assert one == other
    offsets = {case: one[case][0] - plain[case][0] for case in plain}
    assert all(one[case][1] - plain[case][1] == offsets[case] for case in plain)
    assert all(timedelta(0) < abs(offset) <= timedelta(days=182) for offset in offsets.values())
    assert len(set(offsets.values())) > 1
    assert {day for day, _ in apart.values()} != {day for day, _ in one.values()}


def test_two_releases_of_a_study_agree_in_ids_unless_they_may_not_be_brought_together(quick: Setting) -> None:
    at = quick
    crowd(at)
    ids = {}
    for profile in ("refi", "archive"):
        first, second = (_guids(fetched(at, built(at, profile))) for _ in range(2))
        ids[profile] = first, second
        assert (first == second) is (profile == "refi")
    assert not ids["archive"][0] & ids["archive"][1]
    with at.stores.work(reading=True) as work:
        known = {one.pseudonym for one in participants.of_study(work.db, at.study_id)}
    assert not any(name in texts(fetched(at, built(at, "archive"))) for name in known)


def _guids(files: dict[str, bytes]) -> set[str]:
    found = set(re.findall(r'<(?:Case|TextSource) [^>]*guid="([^"]+)"', texts(files)))
    assert len(found) >= 9
    return found


def test_versions_merge_and_what_was_not_asked_yet_is_no_blank(quick: Setting) -> None:
    at = quick
    crowd(at)
    with at.stores.work() as work:
        published(work, at.field, LONGER_SURVEY, now=at.now)
        published(work, at.field, LONGER_GUIDE, now=at.now)
        interview(work, at, at.people["Every Body0"], "Notes of the newest.", "", "", not_reached=("start", "barriers"))
        work.commit()
    long = rows(fetched(at, built(at, "csv")), "csv/long.csv")
    became = {row["question"]: row["became"] for row in long if row["instrument"] == "short"}
    assert became["degree"] == "not_asked"
    assert became["comment"] == "answered"
    topics = {row["question"]: row["became"] for row in long if row["instrument"] == "list_one"}
    assert topics["start"] == topics["barriers"] == "not_reached"


def test_a_page_that_was_altered_stops_the_release(quick: Setting) -> None:
    at = quick
    crowd(at)
    release = asked(at, at.field.analyst, "csv")
    with at.stores.work() as work:
        work.db.connection().exec_driver_sql("DROP TRIGGER page_record_no_update")
        work.db.connection().exec_driver_sql("UPDATE page_record SET slot = slot + 1 WHERE sequence = 2")
        work.commit()
    assert not done(at, release, Job.CHECK, at.field.lead)
    with at.stores.work(reading=True) as work:
        fresh = releases.find(work.db, at.study_id, release.id)
        assert (fresh.state, fresh.trouble) == (State.ASKED, "This cannot be opened with the keys you hold.")


def test_an_erasure_names_every_release_that_holds_the_person(at: Setting, tmp_path: Path) -> None:
    crowd(at)
    release, other = built(at, "csv"), built(at, "quoting")
    fetched(at, release)
    one = at.people["quoted"].participant
    with at.stores.work() as work:
        held = releases.holding(work.db, one.id)
        assert [(each.release_id, each.pseudonym, len(each.fetched)) for each in held] == [
            (release.id, one.pseudonym, 1)
        ]
        fresh = participants.find(work.db, at.study_id, one.id)
        assert "taken once and cannot be called back" in str(before(work.db, fresh, Way.ERASE)[-1])
        assert before(work.db, fresh, Way.STOP) == withdrawals.before(Way.STOP)
        leaving.withdraw(work.db, work.keyring, fresh, Way.ERASE, now=at.now)
        work.commit()
        work.carry_out(withdrawals.carry_out(work.db, work.keyring, tmp_path, now=at.now))
    with at.stores.work(reading=True) as work:
        assert releases.gone_since(work.db, release) == (one.pseudonym,)
        assert releases.gone_since(work.db, other) == ()
        assert releases.holding(work.db, one.id) == held
        lines = [
            line["facts"] for line in ledger.of_study(work.db, at.study_id) if line["action"] == "release.holds-erased"
        ]
        assert lines == [{"release": str(release.id), "profile": "csv", "purpose": "statistics", "fetched": 1}]
        assert work.db.scalar(select(func.count()).select_from(ReleaseCase)) == 9 + 8


def test_whoever_withdraws_between_approval_and_build_is_not_in_it(quick: Setting, tmp_path: Path) -> None:
    at = quick
    crowd(at)
    release = asked(at, at.field.analyst, "csv")
    assert done(at, release, Job.CHECK, at.field.lead)
    approved(at, release, at.field.lead)
    with at.stores.work() as work:
        who = participants.find(work.db, at.study_id, at.people["Every Body0"].participant.id)
        leaving.withdraw(work.db, work.keyring, who, Way.ERASE, now=at.now)
        work.commit()
    assert done(at, release, Job.BUILD, at.field.lead)
    assert "said-by-everything-0" not in texts(fetched(at, release))


def test_whom_an_older_database_brought_back_is_in_no_release(quick: Setting, tmp_path: Path) -> None:
    """ASVS 14.2.7."""
    at = quick
    crowd(at)
    main = at.scratch / "verbatim.db"
    at.stores.dispose()
    before_it = main.read_bytes()
    with at.stores.work() as work:
        who = participants.find(work.db, at.study_id, at.people["Every Body0"].participant.id)
        leaving.withdraw(work.db, work.keyring, who, Way.ERASE, now=at.now)
        work.commit()
        work.carry_out(withdrawals.carry_out(work.db, work.keyring, tmp_path / "backups", now=at.now))
    at.stores.dispose()
    main.write_bytes(before_it)
    files = fetched(at, built(at, "csv"))
    assert "said-by-everything-0" not in texts(files)
    assert "said-by-everything-1" in texts(files)
    told = manifest_of(files)
    left_out = told["left_out"]
    assert isinstance(left_out, dict)
    assert left_out["participants"]["withdrew and was erased"] == 1
    assert told["participants"] == 8
    consents = told["consents_of_participants"]
    assert isinstance(consents, dict)
    assert consents["take-part"] == 8
