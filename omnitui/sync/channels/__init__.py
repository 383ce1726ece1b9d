"""Channels: one package each behind the interface of `contract.py`; the kit around them is written once."""
