"""``python -m ir_sim``."""

import sys

from ir_sim.cli import main

sys.exit(main())
