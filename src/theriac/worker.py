"""What a spawned worker of the pool is: an examiner with its knowledge, which ends when its parent ends.

Flows in: what is known, once, then tasks. Flows out: what came of each. It imports the stages and nothing of the store, so that a worker starts
quickly and cannot open the catalog.
"""

import gc
import os
import threading
from multiprocessing import parent_process
from multiprocessing.connection import wait

from theriac.stages import Examined, Examiner, Known, Task

_worker: Examiner | None = None


def start_worker(known: Known) -> None:
    """Gives a freshly spawned worker its knowledge, the only state a worker has, and lets it end with its parent, however that ends."""
    global _worker
    gc.disable()  # decoded studies are many small trees without cycles: looking for some costs a fifth of the time
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = Examiner(known)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def examine(task: Task) -> Examined:
    """Everything that comes of the task, by this worker."""
    if _worker is None:
        raise RuntimeError("the worker was not started")
    return _worker.examine(task)
