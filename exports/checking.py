"""The check of a release: what would be in it, what the roster takes out of the texts, what attributes give away."""

import msgspec

from exports import attempts, deciding, passing, profiles, releases
from exports.asking import BelowThreshold, NobodyInIt
from exports.attempts import Attempt
from exports.deciding import Replaced
from exports.deidentify import Replacement
from exports.population import weighed
from exports.releases import Found, State
from exports.unlocked import Unlocked
from vault import ledger

# As many lines as an approver can look through; the most frequent come first.
MOST_LINES = 5_000


def check(attempt: Attempt, unlocked: Unlocked) -> None:
    """The release is checked and can be decided on. If a rule says no by now it is refused, with the reason."""
    signs = attempts.Signs(attempt)
    with attempt.stores.work(reading=True) as work:
        release = releases.find(work.db, attempt.study_id, attempt.release_id)
        wanted = release.terms
    try:
        ready = passing.ready(attempt, wanted, unlocked)
    except (BelowThreshold, NobodyInIt) as refusal:
        _refused(attempt, refusal.sentence)
        return
    account = passing.Account()
    for _ in passing.records(attempt, ready, account, signs):
        pass
    weight = weighed(ready.population, profiles.named(wanted.profile)).assessment
    found = Found(
        len(ready.population.people), account.records, weight.k, weight.uniques,
        sum(one.count for one in account.replaced), sum(one.count for one in account.doubts),
        ready.population.left_out, ready.questions_left_out,
    )  # fmt: skip
    lines = [
        *(_line(one, doubt=False) for one in account.replaced),
        *(_line(one, doubt=True) for one in account.doubts),
    ]
    with attempt.stores.work() as work:
        release, now = attempts.held(work.db, attempt), attempt.clock()
        attempts.over(release)
        release.state, release.checked_at, release.checked_by = State.CHECKED, now, unlocked.account_id
        release.found_out = msgspec.json.encode(found).decode()
        deciding.keep_replaced(work.db, release, lines[:MOST_LINES])
        releases.log(
            work.db, release, "checked", actor=ledger.staff(unlocked.account_id), now=now, cases=found.cases,
            records=found.records, smallest_k=found.smallest, uniques=found.uniques, replaced=found.replaced,
            doubts=found.doubts,
        )  # fmt: skip
        work.commit()


def _line(one: Replacement, *, doubt: bool) -> Replaced:
    return Replaced(one.sort.value, one.label, one.place, one.count, doubt, one.original)


def _refused(attempt: Attempt, sentence: str) -> None:
    """The machine says no: since it was asked for, somebody changed what they agree to, or left."""
    with attempt.stores.work() as work:
        release, now = attempts.held(work.db, attempt), attempt.clock()
        attempts.over(release)
        release.state, release.said = State.REFUSED, sentence
        releases.log(work.db, release, "refused", actor=ledger.SYSTEM, now=now, by="check")
        work.commit()
