#!/usr/bin/env python3
"""The broadcast workload of Maelstrom: gossips each value until it is acknowledged."""

import json
import sys
import threading
import time


class Broadcast:
    def __init__(self):
        self.lock = threading.RLock()
        self.node, self.others, self.msg_id = None, [], 0
        self.values = []      # in the order in which they came
        self.pending = set()  # (node, value), not acknowledged

    def send(self, dest, body, in_reply_to=None):
        self.msg_id += 1
        body["msg_id"] = self.msg_id
        if in_reply_to is not None:
            body["in_reply_to"] = in_reply_to
        sys.stdout.write(json.dumps({"src": self.node, "dest": dest, "body": body}) + "\n")
        sys.stdout.flush()

    def learn(self, value, source):
        if value in self.values:
            return
        self.values.append(value)
        for other in self.others:
            if other != source:
                self.pending.add((other, value))
                self.send(other, {"type": "gossip", "value": value})

    def handle(self, src, body):
        what, answer = body["type"], {}
        if what == "init":
            self.node = body["node_id"]
            self.others = [n for n in body["node_ids"] if n != self.node]
        elif what == "broadcast":
            self.learn(body["message"], src)
        elif what == "gossip":
            self.learn(body["value"], src)
            answer = {"value": body["value"]}
        elif what == "gossip_ok":
            self.pending.discard((src, body["value"]))
            return
        elif what == "read":
            answer = {"messages": self.values}
        self.send(src, {"type": what + "_ok", **answer}, body.get("msg_id"))

    def retry(self):
        while True:
            time.sleep(0.02)
            with self.lock:
                for other, value in sorted(self.pending):
                    self.send(other, {"type": "gossip", "value": value})


def run(program):
    threading.Thread(target=program.retry, daemon=True).start()
    for line in sys.stdin:
        message = json.loads(line)
        with program.lock:
            program.handle(message["src"], message["body"])


if __name__ == "__main__":
    run(Broadcast())
