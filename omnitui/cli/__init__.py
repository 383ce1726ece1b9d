"""The command line: one file a subcommand; nothing heavy is imported until a subcommand needs it."""


def main() -> None:
    """Entry point of the `omnitui` command."""
    import sys

    from omnitui.cli.desk import Desk
    from omnitui.cli.guard import guarded
    from omnitui.cli.screen import SETUP, is_first_run, only_the_screen, open_screen

    wanted = only_the_screen(sys.argv[1:])
    if wanted is None:
        sys.exit(whole_command_line())
    desk, no_sync = Desk(wanted.home), wanted.no_sync

    def screen() -> object:
        # Where nothing is set up yet, `run` asks what to do.
        if is_first_run(desk):
            return whole_command_line()
        next_ = open_screen(desk, no_sync=no_sync)
        if next_ == SETUP:
            import click

            from omnitui.cli.root import omnitui
            from omnitui.cli.run import stay

            with click.Context(omnitui, obj=desk) as ctx:
                stay(ctx, desk, no_sync, next_)
        return 0

    sys.exit(guarded(screen, desk))


def whole_command_line() -> int:
    """Run any subcommand; gives the exit code."""
    from omnitui.cli.root import main as run

    return run()
