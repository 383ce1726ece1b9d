"""The command line: one file a subcommand; nothing heavy is imported until a subcommand needs it."""


def main() -> None:
    """Entry point of the `omnitui` command."""
    import sys

    from omnitui.cli.root import main as run

    sys.exit(run())
