"""The command line: one file a subcommand; nothing heavy is imported until a subcommand needs it."""


def main() -> None:
    """Entry point of the `omnitui` command."""
    from omnitui.cli.root import omnitui

    omnitui()
