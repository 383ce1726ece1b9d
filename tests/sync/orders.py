"""The worker's part that opens mails, on its real socket, beside a screen under test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from omnitui.config.places import Places
from omnitui.sync.orders import Orders
from omnitui.sync.wire import WireServer
from omnitui.sync.writer import Writer


@asynccontextmanager
async def opener(places: Places) -> AsyncIterator[Orders]:
    """Serves `file` and `page` until left."""
    writer = Writer(places.cache_db)
    orders = Orders(places, writer)
    wire = WireServer(places.socket, orders.carry_out)
    await wire.start()
    try:
        yield orders
    finally:
        await wire.stop()
        writer.close()
