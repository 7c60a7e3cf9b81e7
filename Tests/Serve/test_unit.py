# SPDX-License-Identifier: Apache-2.0
"""The systemd unit that is given as an example, as systemd itself rates it."""
import os
import shutil
import subprocess

import pytest

from conftest import ROOT

UNIT = ROOT / "examples/systemd/belay.service"


def test_a_reload_that_comes_too_early_is_no_stop():
    # systemd takes an end by SIGHUP for a clean one (systemd.service(5)), which `Restart=on-failure` leaves at that.
    lines = UNIT.read_text().splitlines()
    assert "Restart=on-failure" in lines and "RestartForceExitStatus=SIGHUP" in lines


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed; Tests/run --long installs it")
def test_sandbox():
    # Tenths: above 1.5 of 10 it fails. The offline mode reads the file only.
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", UNIT], capture_output=True, text=True,
        timeout=60, env=os.environ | {"SYSTEMD_COLORS": "0"})
    assert rated.returncode == 0, rated.stdout[-2000:] + rated.stderr
    assert "Overall exposure level for belay.service:" in rated.stdout
