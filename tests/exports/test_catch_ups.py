"""What was asked in a catch-up, in a release: beside what the same person said before, and told from it."""

import csv
import io
from datetime import timedelta

import msgspec

from exports.profiles import PROFILES
from instruments.definition import Section
from survey import (
    catch_up_offers,
    catch_up_runs,
    catching_up,
    interviews,
)
from survey.deltas import Candidate, Delta, Memo, TopicNote
from survey.participants import Enrolled
from survey.runs import Kind
from tests.exports.setting import Setting, add, built, fetched, interview, manifest_of, texts
from tests.survey.catching import LATER, begun, fill, offered
from tests.survey.field import LONGER_GUIDE, SURVEY, grant, published
from vault.store import Work
from vault.studies import Scope

WHO = tuple(f"Every Body{number}" for number in range(6))


def rows(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"))))


def _grown(work: Work, at: Setting) -> None:
    """Six people answered the first version. In the catch-up, the first answers and the second begins."""
    for number, name in enumerate(WHO):
        add(work, at, name, f"comment-{number}")
    offer = offered(work, at.field, published(work, at.field, LATER, now=at.now), at.now)
    later = at.now + timedelta(days=3)
    for name, send in ((WHO[0], True), (WHO[1], False)):
        jo = at.people[name]
        run = begun(work, jo, offer, later)
        fill(work, jo, run, now=later, send=send, assigned=f"by the dean, says {name[-1]}")


def test_a_table_has_one_line_for_each_person_and_says_what_was_asked_later(quick: Setting) -> None:
    at = quick
    with at.stores.work() as work:
        _grown(work, at)
        work.commit()

    files = fetched(at, built(at, "statistics"))

    wide = {row["comment"]: row for row in rows(files, "csv/wide/short.csv")}
    assert len(wide) == 6
    caught, begun_, never = (wide[f"comment-{number}"] for number in range(3))
    day = (at.now + timedelta(days=3)).date().isoformat()
    assert (caught["assigned"], caught["barriers"]) == ("by the dean, says 0", "<skipped>")
    assert (caught["version"], caught["occasion"]) == ("1", "1")
    assert caught["catch_up"] == f"2 ({day}): assigned, barriers"
    assert (never["assigned"], never["barriers"], never["catch_up"]) == (
        "<not_asked>", "<not_asked>", "<not_applicable>",
    )  # fmt: skip
    long = rows(files, "csv/long.csv")
    versions = {line["question"]: line["version"] for line in long if line["case"] == caught["case"]}
    assert (versions["comment"], versions["assigned"]) == ("1", "2")
    assert sum(line["question"] == "assigned" for line in long) == 6
    assert begun_["case"] != caught["case"]


def test_what_is_not_sent_is_in_no_release_of_what_is_finished(quick: Setting) -> None:
    at = quick
    with at.stores.work() as work:
        _grown(work, at)
        work.commit()
    said = texts(fetched(at, built(at, "reading")))
    assert ("by the dean, says 0" in said, "by the dean, says 1" in said) == (True, False)
    assert "Were you assigned a mentor? (asked in a catch-up, version 2)" in said


def test_every_profile_holds_what_was_said_in_a_catch_up(quick: Setting) -> None:
    at = quick
    with at.stores.work() as work:
        _grown(work, at)
        work.commit()
    for profile in PROFILES:
        assert "by the dean, says 0" in texts(fetched(at, built(at, profile))), profile


def test_without_a_catch_up_a_table_has_no_column_for_it(quick: Setting) -> None:
    at = quick
    with at.stores.work() as work:
        for number, name in enumerate(WHO):
            add(work, at, name, f"comment-{number}")
        work.commit()
    assert "catch_up" not in rows(fetched(at, built(at, "csv")), "csv/wide/short.csv")[0]


def test_both_answers_to_a_question_worded_anew_are_there(quick: Setting) -> None:
    at = quick
    with at.stores.work() as work:
        for number, name in enumerate(WHO):
            add(work, at, name, f"comment-{number}")
        anew = msgspec.structs.replace(SURVEY.sections[2].questions[0], label={"en": "What else would you say?"})
        sections = (*SURVEY.sections[:2], Section(id="end", questions=(anew,)))
        second = published(work, at.field, msgspec.structs.replace(SURVEY, sections=sections), now=at.now)
        offer = offered(work, at.field, second, at.now, "comment")
        jo = at.people[WHO[0]]
        fill(work, jo, begun(work, jo, offer, at.now), now=at.now, comment="of now")
        work.commit()
    wide = rows(fetched(at, built(at, "csv")), "csv/wide/short.csv")
    mine = next(row["case"] for row in wide if row["comment"] == "of now")
    both = [(row["occasion"], row["version"], row["comment"], row["mentor"]) for row in wide if row["case"] == mine]
    assert both == [("1", "1", "comment-0", "yes"), ("2", "2", "of now", "<not_asked>")]


def test_a_catch_up_in_a_conversation_stands_in_the_interview_with_its_memo(quick: Setting) -> None:
    at = quick
    with at.stores.work() as work:
        for name in WHO:
            interview(work, at, add(work, at, name, "c"), "one mentor", "And who decided?", "Tired.")
        second = published(work, at.field, LONGER_GUIDE, now=at.now)
        offer = catch_up_offers.offer(work.db, second, ("barriers",), "Theme 2", by=at.field.lead.id, now=at.now)
        _caught_up(work, at, at.people[WHO[0]], offer)
        work.commit()
    files = fetched(at, built(at, "csv"))
    guide = rows(files, "csv/wide/list_one.csv")
    assert len(guide) == 6
    caught = next(row for row in guide if row["barriers"] == "no time")
    assert (caught["experience"], caught["memo"]) == ("one mentor", "Tired.\n\nShort.")
    assert [row["barriers"] for row in guide].count("<not_asked>") == 5
    asides = [row["words"] for row in rows(files, "csv/asides.csv") if row["case"] == caught["case"]]
    assert asides == ["And who decided?", "And money?"]
    assert manifest_of(files)["participants"] == 6


def _caught_up(work: Work, at: Setting, who: Enrolled, offer: catch_up_offers.CatchUpOffer) -> None:
    ian, agreed, key = at.field.interviewer, grant(work, who), who.keys[Scope.RESPONSES]
    run = catching_up.begin(
        work.db, work.keyring, who.participant, offer, agreed, kind=Kind.CATCH_UP_INTERVIEW, now=at.now
    )
    held = interviews.held(
        work.db, work.keyring, who.participant, run, agreed, account=ian.account, key=key, now=at.now
    )  # fmt: skip
    said = Delta(
        topics={"barriers": TopicNote({"state": "asked", "notes": "no time"})},
        candidates=[Candidate("c2", "And money?", "money", "barriers")],
        memo=Memo("Short."),
    )
    plan = catch_up_runs.plan_of(work.db, run)
    interviews.note(work.db, key, agreed, held, run, said, plan=plan, now=at.now)
    interviews.end(work.db, work.keyring, agreed, held, key=key, response=run, now=at.now)
    assert interviews.deposit(work.db, work.keyring, held, run, key=key, not_reached=(), now=at.now)
