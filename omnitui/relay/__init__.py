"""The relay: a small server for channels that only push. It keeps what they say until a worker fetches it."""
