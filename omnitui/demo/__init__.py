"""The demo: a small support mailbox of our own writing on servers in this machine, with customers who answer.

Everything runs through the real sync and the real outbox; only the servers are inside.
"""
