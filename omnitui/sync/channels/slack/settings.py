"""What the config says of an account on Slack."""

from __future__ import annotations

from dataclasses import dataclass

from omnitui.config.schema import URL, setting


@dataclass(frozen=True, kw_only=True)
class SlackSettings:
    """An app of your own in your Slack workspace, read by Socket Mode; docs/guide/slack.md says how to make it."""

    channels: tuple[str, ...] = setting(
        "Channels to watch, by id or name; empty takes all that the app has been invited to, and its direct messages.",
        (),
        example=("ext-acme", "C024BE91L"),
    )
    whole_channels: tuple[str, ...] = setting(
        "Channels, by id or name, that are one conversation each; in all others every thread is one.", ()
    )
    customers: str = setting(
        "Who is a customer: external (people of other organisations, by Slack Connect) or everyone but the app and "
        "the agents below (a help desk for one's own people).",
        "external",
        choices=("external", "everyone"),
    )
    agents: tuple[str, ...] = setting(
        "User ids that are ours whatever `customers` says, such as those of your agents.", (), example=("U024BE7LH",)
    )
    customer_bots: tuple[str, ...] = setting(
        "Bots, by id or name, whose messages count as a customer's, such as a form that posts requests.", ()
    )
    history_days: int = setting(
        "Days of earlier messages to fetch when the account, or a channel, is new.", 30, least=0, most=3650
    )
    url: str = setting("Address of Slack's Web API.", "https://slack.com/api", shape=URL)
    bot_token_command: tuple[str, ...] = setting(
        "Program and arguments that print the bot token (xoxb-), run without a shell.", ()
    )
    app_token_command: tuple[str, ...] = setting(
        "Program and arguments that print the app-level token (xapp-), run without a shell.", ()
    )
