#!/usr/bin/env python3
"""broadcast.py without retries: it gossips each value once. It breaks PL1."""

from broadcast import Broadcast, run


class Once(Broadcast):
    def retry(self):
        pass


if __name__ == "__main__":
    run(Once())
