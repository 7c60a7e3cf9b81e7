# SPDX-License-Identifier: Apache-2.0
"""Two vendors that disagree in known ways, and a reference that disagrees with itself, as programs of their own."""
import importlib.util
import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("programs", ROOT / "Tests/SDK/conftest.py")
_programs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_programs)
Program, BELAY = _programs.Program, _programs.BELAY

#: What each does wrong, and how often: drawn by the simulator from its seed, the conversation, and how often it was asked.
HABITS = {
    "acme": ["drop-calls%25", "args-truncated%20"],
    "zeta": ["drop-calls%5", "finish-length%10"],
    "official": ["drop-calls%15"],
}


#: The reference is slower than the load, so that a restart finds something waiting.
PACE = {"official": ["--pace", "4ms"]}


class Vendor(Program):
    def __init__(self, name, log, seed):
        faults = [word for fault in HABITS[name] for word in ("--fault", fault)]
        super().__init__("simulate", "--name", name, "--listen", "127.0.0.1:0", "--log", log, "--seed", seed, *faults, *PACE.get(name, []))
        self.name, self.log = name, log

    def answers(self):
        """By question: the faults of each answer that was given, in the order in which it was asked."""
        asked, answered = {}, {}
        for line in self.log.read_text().splitlines():
            entry = json.loads(line)
            if entry["event"] == "request":
                asked[entry["id"]] = entry["body"]["messages"][-1]["content"]
            elif entry["event"] == "answered":
                answered[entry["id"]] = entry["faults"]
        questions = {}
        for number in sorted(answered):
            questions.setdefault(asked[number], []).append(answered[number])
        return questions


@pytest.fixture
def vendors(tmp_path):
    programs = {name: Vendor(name, tmp_path / f"{name}.jsonl", seed) for seed, name in enumerate(HABITS, 1)}
    yield programs
    for program in programs.values():
        assert program.stop() == 0
