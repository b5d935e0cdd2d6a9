"""What the words of a command line mean: numbers and times, read strictly."""

from __future__ import annotations

import argparse


def percent(text: str) -> float:
    """A whole number from 0 to 100."""
    if not text.isascii() or not text.isdigit() or int(text) > 100:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 100, not {text!r}")
    return float(text)


def count(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, not {text!r}")
    return int(text)


def life(text: str) -> int:
    """How long a permit lives, in seconds: a number with `s`, `m` or `h` behind it, or seconds."""
    number, unit = (text[:-1], text[-1]) if text[-1:] in ("s", "m", "h") else (text, "s")
    seconds = int(number) * {"s": 1, "m": 60, "h": 3600}[unit] if number.isascii() and number.isdigit() else 0
    if not 1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"must be from 1s to 1h, such as 900, 15m or 1h, not {text!r}")
    return seconds


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"must be a number of seconds above 0, not {text!r}")
    return value
