"""The letter that tells of further questions: in the person's language, without a code, once."""

from instruments import versions
from survey import catch_up_letters, catch_up_offers
from survey.statuses import Status
from tests.mailbox import mailbox
from tests.web.recruit.conftest import Office
from tests.web.recruit.test_letters import release, send, with_mail
from tests.web.scenario import EVERYTHING


def test_the_letter_brings_no_code_and_moves_nobody_back(office: Office) -> None:
    field = office.field
    jo = field.enrol("Jo Example", "jo@example.org", agrees=EVERYTHING)
    with mailbox() as box:
        with_mail(office, box.url)
        release(office)
        send(office)
        before = field.status(jo)
        with field.stores.work() as work:
            newest = versions.newest(work.db, field.guide)
            assert newest is not None
            offer = catch_up_offers.offer(work.db, newest, ("strategies",), "Theme 5", by=field.lead.id, now=field.now)
            counted = [
                catch_up_letters.prepare(
                    work.db, work.keyring, offer, [jo.participant.id], account_id=field.lead.id, seed=field.lead.seed,
                    now=field.now,
                )
                for _ in range(2)
            ]  # fmt: skip
            work.commit()
        assert counted == [1, 0]
        assert "further questions" in office.get("/letters").words()
        release(office)
        send(office)
        letter = box.text(1)
        assert box.addressed == ["jo@example.org", "jo@example.org"]
        assert str(box.letters[1]["Subject"]).endswith(": a few more questions")
        assert ("Hello Jo Example," in letter, "https://localhost/p" in letter, jo.code in letter) == (
            True,
            True,
            False,
        )
        assert field.status(jo) is before is Status.CONSENTED
