"""How one gets what the channel needs, in sentences for the set-up."""

from __future__ import annotations

STEPS = (
    "Make a user of its own for support at your homeserver, such as @support:shop.example.",
    "Sign in as that user once with any Matrix program, for example Element.",
    "Do not sign that session out again: its access token is the one you give here.",
    "In Element: All settings, Help & About, Advanced, Access Token.",
    "Give the address of the homeserver, such as https://matrix.shop.example, and the token.",
    "Customers write to the user in a room without encryption; encrypted rooms can neither be read nor answered here.",
)
