"""Twilio's error codes in plain words (twilio.com/docs/api/errors): why something was not sent, and what to do."""

from __future__ import annotations

WINDOW = 63016
WORDS: dict[int, str] = {
    20003: "Twilio refuses the login; check the account SID and the token",
    21211: "the recipient's number is not valid; write it with its country code",
    21214: "the recipient's number cannot be reached",
    21265: "the recipient's number is a short code, which gets no SMS",
    21408: "your account may not send to that country; allow it in Twilio's console (Messaging, Geo permissions)",
    21602: "there is no text to send",
    21606: "your number cannot send SMS, or is not on this account",
    21608: "a trial account sends to verified numbers only; verify this one or upgrade the account",
    21610: "the customer has answered STOP and gets no messages from this number until they send START",
    21611: "too many messages wait to be sent from this number; try again later",
    21612: "this recipient cannot be reached from your number",
    21614: "the recipient's number is no mobile number",
    21617: "the text is longer than 1600 characters",
    21656: "the values of the template's variables are not valid",
    21659: "your number is not on this Twilio account",
    21660: "your number is not on this Twilio account",
    30001: "Twilio's queue was full",
    30002: "the Twilio account is suspended",
    30003: "the phone cannot be reached: switched off, or without a network",
    30004: "the message was blocked by the recipient or their network",
    30005: "the number does not exist, or is no longer in use",
    30006: "the number is a landline, or its network takes no SMS",
    30007: "the network took the message for spam",
    30008: "the network did not say why it was not delivered",
    30022: "more messages were sent than the registration allows",
    30034: "the number is not registered for business messages in the United States (A2P 10DLC)",
    30410: "the network did not answer in time",
    63001: "the channel refuses Twilio's login; check the WhatsApp sender in Twilio's console",
    63003: "the recipient is not on WhatsApp",
    63005: "WhatsApp did not take this content",
    63007: "your WhatsApp sender is not on this Twilio account",
    63013: "WhatsApp says that this breaks its policy",
    WINDOW: "the customer's last message is more than 24 hours old; WhatsApp then takes approved templates only",
    63018: "WhatsApp allows no more messages for the moment",
    63024: "the recipient is not on WhatsApp",
    63032: "WhatsApp does not deliver this to the recipient, for reasons of its own",
    63049: "WhatsApp held the message back to spare the recipient",
}


def words_for(code: object, given: str = "") -> str:
    """A sentence for the agent, with the code to look up; `given` are Twilio's own words, for codes not known here."""
    number = code if isinstance(code, int) and not isinstance(code, bool) else 0
    known = WORDS.get(number, "") or given.strip()
    if not number:
        return known or "Twilio did not say why"
    return f"{known} (Twilio {number})" if known else f"Twilio gives the error {number}"
