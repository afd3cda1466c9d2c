"""What the engine may know of a case: opaque ids and the registered labels, nothing about a person (I11)."""

from __future__ import annotations

from pathlib import Path

from temporalio.client import Client

from journey.case import ActionKind
from tests.office import MEMBER, PATIENT, Office, an_office, eventually
from tests.workflows.partners import Partners
from worker.engine import embedded_engine
from worker.keys import KeyRing
from worker.plugin import baton_plugin
from worker.registry import Ports
from workflows import ports
from workflows.search_keys import SENTENCES

SECRETS = (PATIENT, MEMBER, "1950-05-01", "Second Mutual", "under review")


async def test_labels_are_the_registered_ones_and_name_nobody(office: Office, partners: Partners) -> None:
    """Search attributes are plain text in the engine: the few of the table, with the journey's own words."""
    case = await office.journey()
    await case.tell(partners.primary(case.now()))
    labels = (await case.handle.describe()).typed_search_attributes
    ours = {pair.key.name: str(pair.value) for pair in labels if not pair.key.name.startswith(("Temporal", "Build"))}
    assert ours.keys() == {each.name for each in SENTENCES}
    assert ours["BatonHop"] == "transmitted"
    assert ours["BatonOnHold"] == "True"
    assert not [each for each in ours.values() if case.number in each or any(secret in each for secret in SECRETS)]


async def test_the_engine_finds_cases_by_their_labels(office: Office, partners: Partners) -> None:
    """An operator can list what is on hold, or broken, with the engine's own tools."""
    case = await office.journey()
    await case.tell(partners.primary(case.now(), "1", ("MA19",)))
    query = f"WorkflowId = '{case.case_id}' AND BatonOnHold = true AND BatonPractice = 'north'"

    async def listed() -> bool:
        return [each.id async for each in office.client.list_workflows(query)] == [case.case_id]

    await eventually(listed, "the engine lists the case")


async def test_nothing_is_readable_in_the_engines_database(keys: KeyRing, tmp_path: Path, partners: Partners) -> None:
    """Name, member id, claim number, date of birth and notes cannot be found in any file that the engine writes."""
    async with embedded_engine(tmp_path) as engine:
        client = await Client.connect(engine.address, plugins=[baton_plugin(keys)])
        async with an_office(client, keys, tmp_path / "office") as office, office.working():
            case = await office.journey()
            await case.tell(partners.primary(case.now(), "1", ("MA19",)))
            await case.cases.contact(case.case_id, partners.call(case.now()))
            await case.settled()
            number, case_id = case.number, case.case_id
            assert len(case.submissions()) == 1
    written = b"".join(each.read_bytes() for each in (tmp_path / "engine").iterdir() if each.is_file())
    assert case_id.encode() in written
    assert not [each for each in (*SECRETS, number) if each.encode() in written]


def test_what_a_case_asks_for_has_an_activity_of_that_name() -> None:
    """A kind of action without a port would wait three days in the engine for a worker that never comes."""
    of_ports = (ports.Clearinghouse, ports.Ledger, ports.Notices)
    defined = {
        each.__temporal_activity_definition.name
        for port in of_ports
        for each in vars(port).values()
        if hasattr(each, "__temporal_activity_definition")
    }
    assert defined == {each.value for each in ActionKind}
    assert {each.name for each in Ports.__dataclass_fields__.values()} >= {"clearinghouse", "ledger", "notices"}
