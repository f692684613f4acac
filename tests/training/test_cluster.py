"""Bots on a real Dask scheduler with worker processes: a killed one costs time, not runs."""

import functools
import os
import signal

import pytest

from ir_sim.training.bots import play_bot
from ir_sim.training.calibrate import run_all

distributed = pytest.importorskip("distributed")

CASE, BOTS, SEEDS, LONGEST_S = "right-renal-selective", ("expert", "reckless"), 3, 4.0


class Short:
    """A cluster's executor whose runs are given up after a few seconds of the case."""

    def __init__(self, executor):
        self.executor = executor

    def submit(self, play, *args):
        return self.executor.submit(functools.partial(play, longest_s=LONGEST_S), *args)


@pytest.mark.slow
def test_a_killed_worker_costs_nothing_but_its_time():
    alone = [play_bot(CASE, bot, seed, LONGEST_S) for bot in BOTS for seed in (1, 2, 3)]
    killed = []
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = client.run(os.getpid)

        def told(_, done, of):
            if done == 1:
                killed.append(next(iter(workers.values())))
                os.kill(killed[0], signal.SIGKILL)
            assert of == len(alone)

        executor = client.get_executor(retries=2, pure=False)
        played = run_all(CASE, Short(executor), SEEDS, BOTS, told)
    assert killed
    assert killed[0] not in (None, os.getpid())
    assert played == alone  # every run there once, in order, with the same figures
