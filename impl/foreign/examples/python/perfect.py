#!/usr/bin/env python3
"""A perfect link: retransmits until acknowledged, and delivers each number once."""

import json
import re

from fairloss import cancel_timer, confirm, deliver, run, set_timer, transmit


PACKET = re.compile(r"(data|ack) ([1-9][0-9]*) (.*)", re.ASCII | re.DOTALL)


class Perfect:
    def __init__(self, self_, peers):
        self.last = {p: 0 for p in peers}        # the number given last
        self.pending = {p: {} for p in peers}    # number -> message, not acknowledged
        self.seen = {p: [0, []] for p in peers}  # the numbers delivered: all up to the first, and these

    def init(self):
        return []

    def send(self, to, message):
        self.last[to] += 1
        n, pending = self.last[to], self.pending[to]
        pending[n] = message
        effects = [transmit(to, f"data {n} {message}")]
        if len(pending) == 1:
            effects.append(set_timer(to, 2, 4))
        return effects

    def receive(self, sender, packet):
        match = PACKET.fullmatch(packet)
        if not match:
            return []  # damaged, where packets may be
        kind, n, message = match[1], int(match[2]), match[3]
        if kind == "ack":
            return self.acknowledged(sender, n)
        return self.delivered(sender, n, message) + [transmit(sender, f"ack {n} ")]

    def delivered(self, sender, n, message):
        return [deliver(sender, message)] if self.is_new(sender, n) else []

    def is_new(self, sender, n):
        low, above = self.seen[sender]
        if n <= low or n in above:
            return False
        above = sorted(above + [n])
        while above and above[0] == low + 1:
            low = above.pop(0)
        self.seen[sender] = [low, above]
        return True

    def acknowledged(self, to, n):
        pending = self.pending[to]
        if n not in pending:
            return []
        message = pending.pop(n)
        stop = [] if pending else [cancel_timer(to)]
        return stop + [confirm(to, message)]

    def timeout(self, to):
        again = [transmit(to, f"data {n} {m}") for n, m in self.pending[to].items()]
        return again + [set_timer(to, 2, 4)]

    def key(self):
        def plain(by_peer):
            return [by_peer[p] for p in sorted(by_peer)]
        pending = [list(messages.items()) for messages in plain(self.pending)]
        return json.dumps([sorted(self.last), plain(self.last), pending, plain(self.seen)])

    def restore(self, key):
        peers, last, pending, seen = json.loads(key)
        self.last = dict(zip(peers, last))
        self.pending = dict(zip(peers, map(dict, pending)))
        self.seen = dict(zip(peers, seen))


if __name__ == "__main__":
    run(Perfect, "perfect", "perfect", doc="Retransmits until acknowledged, and delivers each number once.")
