"""The command line: ``python -m skinterp explain DATA.csv --target COLUMN``."""

import sys

from skinterp.command import main

if __name__ == "__main__":
    sys.exit(main())
