#!/usr/bin/env python3
"""A perfect link that survives crashes: it stores what it is about to promise first."""

from fairloss import commit, run, set_timer, store
from perfect import Perfect


class Logged(Perfect):
    def recover(self, stable):
        if stable is not None:
            self.restore(stable)
        return [set_timer(to, 2, 4) for to, pending in self.pending.items() if pending]

    def send(self, to, message):
        effects = super().send(to, message)
        return [store(self.key())] + effects

    def delivered(self, sender, n, message):
        return [commit(self.key(), (sender, message))] if self.is_new(sender, n) else []

    def acknowledged(self, to, n):
        effects = super().acknowledged(to, n)
        return effects[:-1] + [store(self.key())] + effects[-1:] if effects else []


if __name__ == "__main__":
    run(Logged, "logged-perfect", "logged", offers=("key", "restore", "recover"), network="set(crashes=2,recoveries=2)",
        doc="Stores a message before it transmits it, and commits a delivery before it acknowledges it.")
