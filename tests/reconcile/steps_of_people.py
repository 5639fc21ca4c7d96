"""Steps of a sequence: what people answer, archive, type, merge and connect."""

import pytest
from django.utils import timezone

from integrations.connections.service import open_connection
from integrations.duplicates.codes import Code
from integrations.duplicates.merging import CannotMerge, merge
from integrations.reconcile.answers import CannotAnswer, archive_missing, keep_missing
from integrations.reconcile.check_answers import accept_one_to_one, answer_brake, answer_proposal
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES
from integrations.reconcile.linking import CannotLink, link_from_warning, tell_different
from integrations.reconcile.models import BrakeAnswer, LinkAnswer, LinkProposal
from reconpro.company.keeping import restore_record
from tests.factories import an_invoice
from tests.reconcile import plain_model
from tests.reconcile.both_worlds import IDENTITIES, Step, World, index_of


def answer_one_of_the_check(number: int, link: bool) -> Step:
    """*Link* or *They are different* of one of the links that the check proposes."""

    def step(world: World) -> None:
        check, run = world.plain_check, world.checked
        if check is None or run is None or not check.pairs:
            return
        pair = check.pairs[number % len(check.pairs)]
        record = world.records()[index_of(world, pair.record)]
        proposal = LinkProposal.objects.filter(
            books=run.connection_id, record_id=record.pk, accounting_id=pair.accounting_id
        ).first()
        answer = LinkAnswer.LINK if link else LinkAnswer.DIFFERENT
        if check is not world.model.kept or check.books != world.model.open:
            with pytest.raises(CannotAnswer):
                answer_proposal(run, proposal.pk if proposal else 0, answer, world.by)
            return
        assert proposal is not None
        answer_proposal(run, proposal.pk, answer, world.by)
        if link:
            world.model.choose_link(pair)
        else:
            pair.answer = "different"
        world.happened["links answered in a check"] += 1

    return step


def accept_all_of_the_check(world: World) -> None:
    """*Accept all one-to-one*."""
    check, run = world.plain_check, world.checked
    if check is None or run is None:
        return
    if check is not world.model.kept or check.books != world.model.open:
        with pytest.raises(CannotAnswer):
            accept_one_to_one(run, world.by)
        return
    chosen = [
        pair
        for pair in check.pairs
        if not pair.answer
        and not any(
            other is not pair and (other.record is pair.record or other.accounting_id == pair.accounting_id)
            for other in check.pairs
        )
    ]
    assert accept_one_to_one(run, world.by) == len(chosen)
    for pair in chosen:
        pair.answer = "link"
    world.happened["links answered in a check"] += len(chosen)


def answer_the_brake_of_the_check(answer: BrakeAnswer) -> Step:
    def step(world: World) -> None:
        check, run = world.plain_check, world.checked
        if check is None or run is None:
            return
        if check is not world.model.kept or check.books != world.model.open or not check.brake_asks:
            with pytest.raises(CannotAnswer):
                answer_brake(run, answer, world.by)
            return
        answer_brake(run, answer, world.by)
        check.brake_answer = answer.value
        world.happened["brakes answered in a check"] += 1

    return step


def connect_elsewhere(world: World) -> None:
    """Other books, or those of before again (S-7)."""
    name = "B" if world.model.open == "A" else "A"
    opened, closed = open_connection(
        world.connection.company,
        provider="intacct",
        provider_name="Intacct",
        identity=IDENTITIES[name],
        label=f"Intacct {IDENTITIES[name]}",
        by=world.by,
    )
    assert closed == world.connection
    world.connection = opened
    world.names[opened.pk] = name
    world.model.connect(name)
    world.happened["connections"] += 1


def archive_or_restore_by_hand(number: int) -> Step:
    def step(world: World) -> None:
        if not world.model.records:
            return
        plain = world.model.records[number % len(world.model.records)]
        record = world.records()[number % len(world.model.records)]
        if plain.archived:
            if plain.status == "inactive" or plain.archived == "merged":  # which the product refuses
                return
            restore_record(record, by=world.by)
            plain.archived, plain.status = "", plain.status if plain.status == "active" else ""
            return
        else:
            plain.archived = record.archived_reason = "by_hand"
            record.archived_at = timezone.now()
        record.save()

    return step


def a_record_typed_here(accounting_id: str, in_books: bool, name: str) -> Step:
    def step(world: World) -> None:
        books = world.model.open if in_books else None
        in_use = [r for r in world.model.records if r.books == books and r.accounting_id]
        if accounting_id and any(r.accounting_id == accounting_id and r.archived != "merged" for r in in_use):
            return
        extra = "a@demo.example" if world.kind is EMPLOYEES else ""
        world.kind.record._default_manager.create(
            company=world.connection.company,
            books=world.connection.books if in_books else None,
            accounting_id=accounting_id,
            **{"last_name" if world.kind is EMPLOYEES else "name": name},
            **({"email": extra} if extra else {}),
        )
        world.model.records.append(plain_model.Record(books, None, accounting_id, name, extra))

    return step


def answer_the_brake(archive: bool) -> Step:
    def step(world: World) -> None:
        for warning in world.open_warnings(Code.BRAKE):
            (archive_missing if archive else keep_missing)(warning, world.by)
            world.model.answer_brake(archive=archive)
            world.happened["brakes answered"] += 1

    return step


def answer_a_proposal(link: bool) -> Step:
    """*Link them* or *They are different*, of what an import asks in the report."""

    def step(world: World) -> None:
        for warning in world.open_warnings(Code.LINK_PROPOSED)[:1]:
            ids = [record.pk for record in world.records()]
            plain = world.model.records[ids.index(warning.sides[0]["id"])]
            # Warnings begin with the Accounting ID of the row that they are about.
            of = warning.message.split()[0]
            pairs = [p for p in world.model.here.pairs if p.record is plain and p.accounting_id == of]
            world.happened["links answered"] += 1
            if not link:
                tell_different(warning, world.by)
                world.model.here.told_different.append((plain, of))
                for pair in pairs:
                    pair.answer = "different"
                continue
            try:
                link_from_warning(warning, world.by)
            except CannotLink:
                is_merged = plain.archived == plain_model.MERGED
                is_here = plain.books == world.model.open
                assert is_here or is_merged or world.model.holder(plain.accounting_id)
                continue
            if pairs and not plain.accounting_id:
                world.model.choose_link(pairs[0])
            else:
                plain.books, plain.key, plain.status = world.model.open, None, ""

    return step


def a_merge(one: int, two: int) -> Step:
    """Two records of which a person says that they are one: merged, or refused."""

    def step(world: World) -> None:
        number = len(world.model.records)
        if not number:
            return
        records = world.records()
        kept, other = records[one % number], records[two % number]
        plain, plain_other = world.model.records[one % number], world.model.records[two % number]
        invoice = an_invoice(world.connection.company, client=other) if world.kind is CLIENTS else None
        try:
            merge(kept, other, by=world.by)
        except CannotMerge:
            assert not world.model.merge(plain, plain_other)
            world.happened["merges refused"] += 1
            return
        assert world.model.merge(plain, plain_other)
        world.happened["merges"] += 1
        if invoice is not None:
            invoice.refresh_from_db()
            assert invoice.client == kept

    return step
