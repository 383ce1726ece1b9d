"""What a channel calls its approved templates is shown in menus: nothing in it may steer the terminal."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from omnitui.config.schema import SyncSettings
from omnitui.core.channels import Capabilities
from omnitui.core.models import TemplateRow
from omnitui.core.times import Instant
from omnitui.store import channels
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache
from omnitui.sync.channels.account_outbox import OutboxTools
from omnitui.sync.channels.contract import Batch, Connector, Outbound, Probe, PullBudget, Receipt, Template
from omnitui.sync.channels.keeping import Keeping, KeepingTools
from omnitui.sync.writer import Writer

NOW = Instant(1_800_000_000_000)
CAN = Capabilities(templates=True)


class Approving(Connector):
    """A channel that knows templates and nothing else."""

    capabilities = CAN

    def __init__(self, *approved: Template) -> None:
        self.approved = approved

    async def probe(self) -> Probe:
        raise NotImplementedError

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        raise NotImplementedError

    async def send(self, draft: Outbound) -> Receipt:
        raise NotImplementedError

    async def templates(self) -> tuple[Template, ...]:
        return self.approved


async def learned(path: Path, *approved: Template) -> list[TemplateRow]:
    """What the cache holds once they were learned."""
    cache = open_cache(path / "cache.db", Role.PULL)
    number = channels.upsert(cache, "wa", "whatsapp", "", mark="WA", capabilities=CAN)
    writer = Writer(path / "cache.db")
    outbox = OutboxTools.open(path / "cache.db", path, lambda: NOW)
    tools = KeepingTools(writer, lambda: NOW, outbox, path, SyncSettings())
    keeping = Keeping(ChatAccount(number, "wa", "whatsapp"), Approving(*approved), tools)
    learning = asyncio.create_task(keeping.learn_templates())
    try:
        for _ in range(3000):
            if found := channels.templates("wa").all(cache):
                return found
            await asyncio.sleep(0.01)
        raise AssertionError("no template was kept")
    finally:
        learning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await learning
        await keeping.close()
        outbox.close()
        writer.close()
        cache.close()


async def test_templates_are_cleaned_before_they_are_kept(tmp_path: Path) -> None:
    hostile = Template(
        "HX\u200b1", "ship\x1b]0;owned\x07ped\n\u202e", "e\x9bn\u200b", "Hi {{1}},\r\n\x1b[2Jit\u2066 has\x00 left."
    )
    assert await learned(tmp_path, hostile) == [
        TemplateRow("HX\u200b1", "ship]0;ownedped", "en", "Hi {{1}},\n[2Jit has left.")
    ]
