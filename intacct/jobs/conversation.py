"""A run's conversation: one session, the turn held from sign-in to the last request (G-3)."""

import time
from collections.abc import Collection, Generator
from contextlib import ExitStack, closing, contextmanager
from itertools import chain

from django.conf import settings as deployment

from intacct.configuration import identity_of, settings_of
from intacct.connecting import gateway_client, version_of
from intacct.gateway import Client, FieldsRefused, Page, PermissionRefused, SignIn, Version
from intacct.mapping.selection import EVERYTHING, Selection
from intacct.mapping.table import Record, Table
from intacct.mapping.unshown import Unshown
from intacct.models import IntacctSettings
from integrations.duplicates.codes import Code
from integrations.runs.context import RunContext, RunFailed
from integrations.runs.turn import Turn, TurnTaken, gateway_turn

# A run that waits for its turn looks this often whether it is to stop, and gives up when whoever has the
# turn has had it for a whole turn and this much more: a holder that died would have lost it by then.
LOOK_EVERY_SECONDS = 0.5
LONGER_THAN_A_TURN = 30


class Conversation:
    """Lists, read whole over one session. `end` gives the turn back as soon as nothing more is asked."""

    def __init__(
        self,
        context: RunContext,
        settings: IntacctSettings,
        client: Client,
        sign_in: SignIn,
        until_the_end: ExitStack,
    ) -> None:
        self.context = context
        self.settings = settings
        self.client = client
        self.version = version_of(settings)
        self.sign_in = sign_in
        self._until_the_end = until_the_end

    @property
    def signed_in_as(self) -> str:
        """Who reads, and where: what the brake compares (I-5)."""
        return f"{self.sign_in.user_id}@{self.sign_in.company_id}/{self.sign_in.entity_id}"

    def end(self) -> None:
        """Close the connection and let others speak; harmless a second time."""
        self._until_the_end.close()

    def pages(
        self, table: Table, *, only: Selection = EVERYTHING, may_lack: Collection[str] = ()
    ) -> Generator[Page, None, None]:
        """The pages of a list with all its columns, of all its records or `only` some of them.

        A field that Intacct refuses to show is left out, so that what is here stays, and a warning names
        it (I-11). 2.1 doesn't refuse, but leaves it out of every record: it is missed at the end, unless
        the column is one that the list `may_lack`. Raises RunFailed where nothing useful can be read.
        """
        left_out: set[str] = set()
        unshown = Unshown(table, may_lack) if self.version is Version.V2_1 else None
        while True:
            pages = self.client.pages(table.listing(self.version, left_out, only))
            try:
                first = next(pages)
            except FieldsRefused as refusal:
                if unseen := set(only.fields).intersection(refusal.fields):
                    raise _may_not_choose_by(table, unseen, refusal) from refusal
                left_out |= self._do_without(table, refusal)
                continue
            except PermissionRefused as refusal:
                raise may_not_read(table, refusal) from refusal
            with closing(pages):  # ended early, it waits for the request that is under way
                for page in chain((first,), pages):
                    if unshown is not None:
                        unshown.look(page.records)
                    yield page
            if unshown is not None and unshown.fields:
                self._do_without(table, FieldsRefused("No record holds them.", fields=unshown.fields))
            return

    def whole_list(self, table: Table) -> list[Record]:
        """All records of a small list; RunFailed if they are fewer, or more, than Intacct announced, or if
        the list moved while it was read."""
        self.context.progress(f"Reading {table.plural}")
        records: list[Record] = []
        total, doubtful = None, False
        for page in self.pages(table):
            records += page.records
            total, doubtful = page.total, page.doubtful
        if doubtful:
            raise RunFailed(
                f"The list of {table.plural} changed in Intacct while it was read, so that some may be "
                "missing. Nothing was changed here.",
                advice="Start it again.",
            )
        if total is not None and total != len(records):
            raise RunFailed(
                f"Intacct announced {total:,} {table.plural} and sent {len(records):,}. "
                "Nothing was changed here.",
                advice="Start it again.",
            )
        return records

    def _do_without(self, table: Table, refusal: FieldsRefused) -> set[str]:
        """The fields to leave out, each with a warning; RunFailed if it can't be done without them."""
        essential = table.essential_among(refusal.fields)
        if essential or not refusal.fields:
            named = ", ".join(essential) or "some of the fields that are needed"
            raise RunFailed(
                f"Intacct refuses to show {named} of {table.plural}. Nothing was changed here.",
                advice="Ask the Intacct administrator to give the user the right to see all fields.",
                code=refusal.code,
                text=refusal.text,
            ) from refusal
        for field in refusal.fields:
            told = f"Intacct refuses to show the field {field} of {table.plural} to this user. "
            if table.is_chosen(field):
                told = (
                    f"Intacct has no field {field} of {table.plural}, or doesn't show it to this user; the "
                    "settings name it for Accounting ID 2. Choose another one there, under Advanced. "
                )
            self.context.warnings.add(
                Code.FIELD_REFUSED,
                f"{told}What is here was left as it is.",
                fingerprint=f"{table.object}.{field}",
            )
        return set(refusal.fields)


@contextmanager
def conversation(context: RunContext) -> Generator[Conversation, None, None]:
    """Sign in to the company's Intacct for the length of the block.

    Raises RunFailed if the settings no longer mean the books that the run was started for, TurnTaken
    if somebody else speaks for longer than a turn lasts, GatewayError if the sign-in fails.
    """
    settings = settings_of(context.company)
    if context.connection is None or context.connection.identity != identity_of(settings):
        raise RunFailed(
            "The settings name other books than when this was started.",
            advice="Check the settings, then start again.",
        )
    with ExitStack() as until_the_end:
        turn = _turn_waited_for(context, until_the_end)
        context.progress("Signing in")

        def before_request() -> None:
            context.checkpoint()
            turn.renew()

        client = until_the_end.enter_context(
            gateway_client(settings, on_request=context.record_request, before_request=before_request)
        )
        yield Conversation(context, settings, client, client.sign_in(), until_the_end)


def _turn_waited_for(context: RunContext, until_the_end: ExitStack) -> Turn:
    """The company's turn, held until the end; others, such as Test Connection, may finish first.

    Raises Cancelled or RunClosed while it waits, TurnTaken if it waited in vain.
    """
    give_up_at = time.monotonic() + deployment.GATEWAY_TURN_SECONDS + LONGER_THAN_A_TURN
    label, wait = context.run.get_operation_display(), 0.0
    while True:
        try:
            return until_the_end.enter_context(gateway_turn(context.company, label, wait_seconds=wait))
        except TurnTaken as taken:
            if time.monotonic() >= give_up_at:
                raise
            context.progress(f"Waiting: {taken.who} is using the connection")
            wait = LOOK_EVERY_SECONDS


def _may_not_choose_by(table: Table, fields: Collection[str], refusal: FieldsRefused) -> RunFailed:
    return RunFailed(
        f"Intacct refuses to show {', '.join(sorted(fields))} of {table.plural}, by which the settings "
        "choose what comes in. Nothing was changed here.",
        advice="Ask the Intacct administrator to give the user the right to see it, or take the choice out "
        "of the settings, under Advanced.",
        code=refusal.code,
        text=refusal.text,
    )


def may_not_read(table: Table, refusal: PermissionRefused) -> RunFailed:
    return RunFailed(
        f"The Intacct user of the settings may not read {table.plural}. Nothing was changed here.",
        advice=f"Ask the Intacct administrator to give the user's role the permission to list and view "
        f"{table.plural}, then start it again.",
        code=refusal.code,
        text=refusal.text,
    )
