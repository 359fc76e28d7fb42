"""A link for fairloss in Python: copy this file, and make a class like Perfect.

A handler returns its effects, a list; the functions below make them. Messages,
packets, keys and stable values are strings of which each character is one byte:
s.encode("latin-1") gives the bytes.
"""

import json
import sys


def transmit(to, packet):
    return {"do": "transmit", "to": to, "packet": packet}


def deliver(sender, message):
    return {"do": "deliver", "from": sender, "message": message}


def confirm(to, message):
    return {"do": "confirm", "to": to, "message": message}


def set_timer(timer, at_least_ms, at_most_ms):
    return {"do": "settimer", "timer": timer, "at_least_ms": at_least_ms, "at_most_ms": at_most_ms}


def cancel_timer(timer):
    return {"do": "canceltimer", "timer": timer}


def store(stable):
    return {"do": "store", "stable": stable}


def commit(stable, *deliveries):
    return {"do": "commit", "stable": stable,
            "deliveries": [{"from": sender, "message": message} for sender, message in deliveries]}


def handle(link, event):
    """Lets the link handle an event that is not its first."""
    what = event["event"]
    if what == "send":
        return link.send(event["to"], event["message"])
    if what == "receive":
        return link.receive(event["from"], event["packet"])
    if what == "timeout":
        return link.timeout(event["timer"])
    if what == "confirmed":
        return link.confirmed(event["to"], event["packet"])
    raise ValueError("unknown event " + what)


def begin(link, event):
    """Lets a new instance handle its first event."""
    if event["event"] == "restore":
        link.restore(event["key"])
        return []
    if event["event"] == "recover":
        return link.recover(event["stable"])
    return link.init()


def run(link_class, guarantee, name, offers=("key", "restore"), **more):
    """Speaks to fairloss until its standard input ends. An instance is made as
    link_class(self, peers); see PROTOCOL.md for what can be offered."""
    write({"fairloss": 1, "name": name, "guarantee": guarantee, "offers": list(offers), **more})
    links = {}
    for line in sys.stdin:
        event = json.loads(line)
        instance = event["instance"]
        if event["event"] == "drop":
            del links[instance]
            continue
        if "self" in event:
            link = links[instance] = link_class(event["self"], event["peers"])
            effects = begin(link, event)
        else:
            link = links[instance]
            effects = handle(link, event)
        answer = {"n": event["n"], "effects": effects}
        for word in ("key", "ready", "held"):
            if word in offers:
                answer[word] = getattr(link, word)()
        write(answer)


def write(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
