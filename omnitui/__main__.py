"""`python -m omnitui` is the `omnitui` command."""

from omnitui.cli import main

if __name__ == "__main__":
    main()
