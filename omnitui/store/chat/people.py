"""People on a channel: an identity each, and what the channel tells of them beside."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from omnitui.core.channel_events import IdentityEvent, Person
from omnitui.core.mail import Address
from omnitui.store import identities
from omnitui.store.chat.scene import ChatScene
from omnitui.store.identities import Identity


def known(scene: ChatScene, people: Iterable[Person]) -> dict[str, Identity]:
    """Their identities by `identities.key`, made where they are new, brought up to date where they are not."""
    people = [person for person in people if person.address]
    for person in people:
        if person.other_address:
            identities.same_person(
                scene.connection, scene.account.channel, person.address, person.other_address, person.name
            )
    found = identities.ensure(
        scene.connection, scene.account.channel, [Address(person.name, person.address) for person in people]
    )
    for person in people:
        _tell(scene.connection, found[identities.key(person.address, scene.account.channel)], person)
    return found


def take_part(scene: ChatScene, conversation_id: int, people: Iterable[Person], at: int) -> None:
    """They are in this conversation, and were heard of at this time."""
    found = known(scene, people).values()
    identities.took_part(scene.connection, [(conversation_id, one.id) for one in found])
    identities.heard_from(scene.connection, [(one.contact_id, at, at) for one in found])


def apply_identity(scene: ChatScene, event: IdentityEvent) -> None:
    """What is known of a person has changed."""
    one = next(iter(known(scene, [event.person]).values()), None)
    if one is None:
        return
    if event.ours:
        scene.connection.execute("UPDATE identity SET ours = 1 WHERE id = ? AND ours = 0", (one.id,))
    rows = scene.connection.execute(
        "SELECT conversation_id FROM conversation_identity WHERE identity_id = ?", (one.id,)
    )
    scene.touched.update(row[0] for row in rows)


def _tell(connection: sqlite3.Connection, identity: Identity, person: Person) -> None:
    """Phone, handle and address that the channel knows; it never takes away what it once told."""
    connection.execute(
        "UPDATE identity SET phone = coalesce(nullif(?1, ''), phone), handle = coalesce(nullif(?2, ''), handle),"
        " email = coalesce(nullif(?3, ''), email) WHERE id = ?4"
        " AND (?1 NOT IN ('', phone) OR ?2 NOT IN ('', handle) OR ?3 NOT IN ('', email))",
        (person.phone, person.handle, identities.key(person.email), identity.id),
    )
    if person.organisation:
        connection.execute(
            "UPDATE contact SET organisation = ? WHERE id = ? AND organisation = ''",
            (person.organisation, identity.contact_id),
        )
