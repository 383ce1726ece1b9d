"""The worker process: wires the store, the sync engine and the outbox; no Textual here."""
