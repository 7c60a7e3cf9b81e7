# SPDX-License-Identifier: Apache-2.0
"""Signals at moments that nobody chooses."""
import pathlib
import signal
import subprocess
import sys

import pytest

from conftest import BELAY


def handling(process):
    """What the process does with SIGHUP: ignore, catch, or nothing yet, which is to end."""
    fields = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":\t" in line)
    for name, field in (("ignore", "SigIgn"), ("catch", "SigCgt")):
        if int(fields[field], 16) >> (signal.SIGHUP - 1) & 1:
            return name
    return None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says what a process does with a signal")
def test_a_reload_before_the_start_is_over_ends_nothing(tmp_path):
    file = tmp_path / "belay.yaml"
    file.write_text("listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\nvendors:\n  one: http://127.0.0.1:1/v1\n")
    process = subprocess.Popen(
        [BELAY, "serve", "--config", file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        while (first := handling(process)) is None:
            assert process.poll() is None
        assert first == "ignore", "from its first moment on, not only once it listens for it"
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline().startswith("belay on ")
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
