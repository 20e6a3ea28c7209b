"""Lets ``python -m mapper`` run the command line."""

import sys

from mapper.cli import main

sys.exit(main())
