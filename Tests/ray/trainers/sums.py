"""A trainer without a network: its score follows from the policy, the trial and the epochs, and it takes a given time."""

import hashlib
import json
import os
import time


class Sums:
    def __init__(self, config: dict) -> None:
        self.config = config

    def train(self, segment: object) -> dict:
        state = {"past": "", "score": 0.0}
        if segment.start:
            state = json.loads((segment.start / "state.json").read_text())
        policy = json.dumps([vars(entry) for entry in segment.policy], default=str, sort_keys=True)
        for epoch in segment.epochs:
            time.sleep(self.config.get("seconds", 0))
            past = f"{state['past']} {segment.seed} {segment.trial} {epoch} {policy}"
            state["past"] = hashlib.sha256(past.encode()).hexdigest()
            state["score"] = 0.5 * state["score"] + int(state["past"][:8], 16) / 2**33
        (segment.output / "state.json").write_text(json.dumps(state))
        with open(segment.output / "weights.bin", "wb") as weights:
            weights.write(state["past"].encode() * (self.config.get("bytes", 0) // 64))
        return {"score": state["score"], "process": os.getpid()}
