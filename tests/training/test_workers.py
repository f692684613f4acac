"""Workers of a study end with whoever started them, however that ended."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import os, time
from ir_sim.cli.calibrate import workers

if __name__ == "__main__":
    with workers(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(300)
"""


def test_a_worker_ends_when_its_parent_is_killed(tmp_path):
    script = tmp_path / "study.py"
    script.write_text(SCRIPT)
    study = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert int(study.stdout.readline()) != study.pid
    study.kill()
    study.communicate(timeout=30)  # the worker holds the other end of the pipe until it ends
