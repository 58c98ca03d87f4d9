"""Run the command ``lakesmith`` as ``python -m lakesmith``."""

from lakesmith.cli.app import main

if __name__ == "__main__":
    main()
