#!/usr/bin/env python3
"""perfect.py without its memory: it delivers every copy. It breaks PL2."""

from fairloss import deliver, run
from perfect import Perfect


class Forgetful(Perfect):
    def delivered(self, sender, n, message):
        return [deliver(sender, message)]


if __name__ == "__main__":
    run(Forgetful, "perfect", "duplicates", doc="Delivers every copy of a message.")
