"""The outbox as its author sees it: what waits, what was refused, and the way to put it away."""

from __future__ import annotations

from casebook import accesses, outbox, people, reading
from casebook.outbox import SayingState
from casebook.people import User
from dashboard.outbox import waiting_for
from dashboard.roles import Role
from journey.facts import FACT, HoldAsked
from journey.words import Party
from tests.dashboard.conftest import PEOPLE, Desk
from tests.dashboard.test_signing_in import token_in

REASON = "patient called about a bill"


def user_of(desk: Desk, role: Role) -> User:
    """The user of a role."""
    with desk.premises.book.reading() as tx:
        known = people.credentials(tx, PEOPLE[role][0])
    assert known
    return known.user


def ask_for_hold(desk: Desk, role: Role, number: int = 1) -> tuple[str, str]:
    """A hold that somebody asked for while the engine was away: its case and fact."""
    user, now = user_of(desk, role), desk.premises.now()
    fact = HoldAsked(
        fact_id=f"hold:{number}", happened_at=now, learnt_at=now, sender=Party.PROVIDER, person=user.name, reason=REASON
    )
    with desk.premises.book.writing() as tx:
        case_id = reading.list_cases(tx).rows[0].case_id
        outbox.put(
            tx,
            fact_id=fact.fact_id,
            case_id=case_id,
            practice=user.practice,
            user_id=user.user_id,
            message="hold",
            body=FACT.dump_json(fact).decode(),
            at=desk.premises.wall(),
        )
    return case_id, fact.fact_id


def test_everybody_sees_their_own(desk: Desk) -> None:
    """The page shows what its visitor said and nobody else's words, and the view is noted."""
    ask_for_hold(desk, Role.CASE_MANAGER)
    mine, theirs = desk.browser(Role.CASE_MANAGER).get("/outbox"), desk.browser(Role.LEAD).get("/outbox")
    assert "Will be sent" in mine.text
    assert REASON in mine.text
    assert REASON not in theirs.text
    assert "Nothing waits" in theirs.text
    maria = user_of(desk, Role.CASE_MANAGER)
    with desk.premises.book.reading() as tx:
        seen = accesses.accesses(tx, maria.practice, user_id=maria.user_id)
    assert [each.what for each in seen] == ["outbox"]


def test_a_refusal_is_read_and_put_away(desk: Desk) -> None:
    """A refusal stays with its reason until its author puts it away; nobody else can."""
    case_id, fact_id = ask_for_hold(desk, Role.CASE_MANAGER)
    with desk.premises.book.writing() as tx:
        outbox.answered(tx, case_id, fact_id, SayingState.REFUSED, "The case is closed.", desk.premises.wall())
    mine, theirs = desk.browser(Role.CASE_MANAGER), desk.browser(Role.SUPERVISOR)
    shown = mine.get("/outbox").text
    assert "Refused: The case is closed." in shown
    message = {"case_id": case_id, "fact_id": fact_id}
    strange = theirs.post("/outbox/dismiss", data={**message, "form_token": token_in(theirs.get("/outbox").text)})
    assert strange.status_code == 404
    after = mine.post("/outbox/dismiss", data={**message, "form_token": token_in(shown)})
    assert "Nothing waits" in after.text


def test_the_case_page_can_say_what_waits(desk: Desk) -> None:
    """Whoever opens the case sees that something was said that it has not heard yet."""
    case_id, _ = ask_for_hold(desk, Role.CASE_MANAGER)
    (waits,) = waiting_for(desk.premises, case_id)
    assert (waits.what, dict(waits.words)["Reason"]) == ("Billing hold", REASON)
    assert waiting_for(desk.premises, "case-other") == ()
