"""The command line as a module: ``python -m skinterp`` is the command ``skinterp``."""

import sys

from skinterp.command import main

if __name__ == "__main__":
    sys.exit(main())
