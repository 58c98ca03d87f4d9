"""``python -m lakesmith`` is the command ``lakesmith``."""

from lakesmith.cli.app import main

if __name__ == "__main__":
    main()
