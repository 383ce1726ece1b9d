"""From a real Dovecot into a real cache: first sync, resuming, what others do meanwhile."""

from __future__ import annotations

import pytest

from tests.servers.dovecot import Dovecot
from tests.sync.imap.desk import Desk, mail

pytestmark = pytest.mark.servers


def test_a_first_sync_brings_every_mail_once_newest_first(dovecot: Dovecot, desk: Desk) -> None:
    dovecot.fill(desk.user, [mail(n) for n in range(250)])
    dovecot.append(desk.user, mail(900, sender="desk@shop.example"), folder="Sent", flags="\\Seen")
    assert desk.sync() == 251
    assert desk.ledger() == {("INBOX", "stored"): 250, ("Sent", "stored"): 1}
    assert desk.count("message") == 251
    assert desk.folder("INBOX").total == desk.folder("INBOX").known == 250
    assert desk.in_step()
    assert desk.sync() == 0


def test_one_mail_in_several_folders_and_twice_in_one_is_one_message(dovecot: Dovecot, desk: Desk) -> None:
    dovecot.append(desk.user, mail(1), mail(1))
    dovecot.append(desk.user, mail(1), folder="Archive")
    assert desk.sync() == 1
    assert desk.ledger() == {("INBOX", "stored"): 1, ("INBOX", "duplicate"): 1, ("Archive", "duplicate"): 1}


def test_same_message_id_with_other_content_and_none_at_all(dovecot: Dovecot, desk: Desk) -> None:
    """Nextcloud, Chatwoot: a repeated or missing Message-ID must neither hide a mail nor stop the sync."""
    dovecot.append(desk.user, mail(1), mail(1, text="other words"), mail(2, mid=""), mail(3, mid=""))
    assert desk.sync() == 4
    assert desk.in_step()


def test_a_new_uidvalidity_reads_anew_and_repeats_nothing(dovecot: Dovecot, desk: Desk) -> None:
    dovecot.fill(desk.user, [mail(n) for n in range(30)])
    assert desk.sync() == 30
    before = desk.folder("INBOX").uidvalidity
    dovecot.change_validity(desk.user)
    dovecot.append(desk.user, mail(31))
    assert desk.sync() == 1
    assert desk.folder("INBOX").uidvalidity != before
    assert desk.count("message") == 31
    assert desk.in_step()


def test_expunged_and_moved_by_others(dovecot: Dovecot, desk: Desk) -> None:
    dovecot.fill(desk.user, [mail(n) for n in range(10)])
    desk.sync()
    with dovecot.client(desk.user) as other:
        other.uid("STORE", "1:3", "+FLAGS", "(\\Deleted)")
        other.expunge()
        other.uid("MOVE", "4", "Archive")
    assert desk.sync() == 0
    assert desk.in_step()
    assert desk.folder("INBOX").known == 6
    assert desk.folder("Archive").known == 1
    assert desk.count("message") == 10


def test_a_month_away(dovecot: Dovecot, desk: Desk) -> None:
    """Chatwoot #10429, #6574, #8829: after an outage everything arrives, whatever its date and its \\Seen flag."""
    dovecot.fill(desk.user, [mail(n) for n in range(20)])
    desk.sync()
    seen = desk.message_ids()
    dovecot.fill(desk.user, [mail(n) for n in range(1000, 3000)], flags="S")
    assert desk.sync() == 2000
    assert desk.in_step()
    assert seen <= desk.message_ids()
    assert desk.sync() == 0
