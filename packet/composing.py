"""Composing a packet: everything that is known of one case, before it is reduced to what its reader may see."""

from __future__ import annotations

from casebook.chain import BEGINNING
from casebook.reading import HistoryEntry
from journey.sentence import RESOLVED
from journey.telling import told
from journey.words import Moment
from packet import compose_account, compose_dealings, compose_journey
from packet.contents import Asked, ChainPart, Entry, FilePart, Packet, Standing
from packet.naming import party_name
from packet.reducing import Sight, reduced
from packet.sources import Source
from packet.timely import filing


def compose(source: Source, sight: Sight, *, made_at: Moment, made_by: str) -> Packet:
    """The packet of a case for one reader, not yet sealed with its digest; the same input gives the same packet."""
    return reduced(_whole(source, _asked(source, sight, made_at, made_by)), sight)


def _whole(source: Source, asked: Asked) -> Packet:
    return Packet(
        asked=asked,
        standing=_standing(source),
        claim=compose_journey.claim(source),
        filing=filing(source),
        hops=compose_journey.hops(source),
        breaks=compose_journey.breaks(source),
        submissions=compose_dealings.submissions(source),
        contacts=compose_dealings.contacts(source),
        corrections=compose_dealings.corrections(source),
        decisions=compose_dealings.decisions(source),
        balance=compose_account.balance(source),
        hold=compose_account.hold(source),
        escalations=compose_account.escalations(source),
        orders=compose_account.orders(source),
        closing=compose_account.closing(source),
        clocks=compose_journey.clocks(source),
        clock_events=compose_journey.clock_events(source),
        record=tuple(_entry(source, each) for each in source.heard),
        files=tuple(_files(source)),
        chain=_chain(source),
    )


def _asked(source: Source, sight: Sight, made_at: Moment, made_by: str) -> Asked:
    case = source.case
    payer = next((each for each in case.claim.coverages if each.party is sight.payer), None)
    return Asked(
        case_id=case.case_id,
        revision=case.revision,
        as_of=case.as_of,
        made_at=made_at,
        made_by=made_by,
        reader=sight.reader.value,
        payer=payer.party.value if payer else "",
        payer_name=payer.payer_name if payer else "",
        time_zone=source.rules.time_zone,
        plan_version=case.plan_version,
    )


def _standing(source: Source) -> Standing:
    case, holder = source.case, source.case.holder
    return Standing(
        sentence=source.sentence,
        holder=party_name(case.claim, holder.party) if holder else "",
        must=holder.pending_action if holder else "",
        since=holder.since if holder else None,
        by=holder.by if holder else None,
        resolution=f"{case.resolution.value}: {RESOLVED[case.resolution]}" if case.resolution else "",
        resolved_at=case.resolved_at,
        closed_at=case.closed_at,
        attention=case.attention,
    )


def _entry(source: Source, each: HistoryEntry) -> Entry:
    fact = each.entry.fact
    return Entry(
        about=source.about(fact),
        seq=each.seq,
        fact_id=fact.fact_id,
        kind=fact.kind,
        happened_at=fact.happened_at,
        learnt_at=fact.learnt_at,
        sender=fact.sender.value,
        applied=each.entry.applied,
        hash=each.hash,
        says=told(fact),
        reasons=tuple(reason.says for reason in each.entry.reasons),
    )


def _files(source: Source) -> list[FilePart]:
    return [
        FilePart(
            digest=file.digest,
            received_at=file.received_at,
            kinds=file.kinds,
            entries=tuple(each.seq for each in source.heard if each.entry.fact.fact_id in ids),
        )
        for file, ids in source.files
    ]


def _chain(source: Source) -> ChainPart:
    return ChainPart(
        entries=len(source.heard),
        head=source.heard[-1].hash if source.heard else BEGINNING,
        verified=source.broken is None,
        broken_at=source.broken.seq if source.broken else None,
        problem=source.broken.problem if source.broken else "",
    )
