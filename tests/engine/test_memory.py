from __future__ import annotations

import platform
import subprocess
import sys

import pytest

THREADS = """
import ctypes, os, threading
from viz_app.engine.memory import give_back, share_heaps

{first}
libc, ready = ctypes.CDLL(None), threading.Barrier(9)
libc.fopen.restype = ctypes.c_void_p

def hold():
    kept = [bytes(1000) for _ in range(100)]
    ready.wait(20)
    ready.wait(20)

for _ in range(8):
    threading.Thread(target=hold, daemon=True).start()
ready.wait(20)
file = libc.fopen(os.fsencode({path!r}), b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
give_back()
ready.wait(20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heaps are glibc's")
def test_all_threads_share_two_heaps(tmp_path):
    counts = []
    for first in ("", "share_heaps()"):
        path = tmp_path / "heaps.xml"
        program = THREADS.format(first=first, path=str(path))
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        counts.append(path.read_text().count("<heap nr="))
    assert counts[0] > 2
    assert counts[1] <= 2
