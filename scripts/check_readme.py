#!/usr/bin/env python3
"""Runs the README's commands, so that what it says works: every ```sh block right after a line '<!-- ci -->'.

Usage: check_readme.py [FILE]   (README.md) Each block runs in the checkout's root, in order, with bash -euo pipefail.
Exit code: 0 when all blocks worked; 1 when one failed, when a marker stands before no block, or when nothing is marked.
"""
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

MARKER = "<!-- ci -->"
TIME_LIMIT_SECONDS = 1800


@dataclass
class Block:
    line: int  # of the opening fence, counted from 1
    script: str


class Mistake(Exception):
    pass


def blocks(text):
    found, lines, at = [], text.splitlines(), 0
    while at < len(lines):
        if lines[at].strip() != MARKER:
            at += 1
            continue
        marker, at = at + 1, at + 1
        while at < len(lines) and not lines[at].strip():
            at += 1
        if at == len(lines) or lines[at].strip() != "```sh":
            raise Mistake(f"line {marker}: '{MARKER}' stands before no ```sh block")
        opening, at = at + 1, at + 1
        body = []
        while at < len(lines) and lines[at].strip() != "```":
            body.append(lines[at])
            at += 1
        if at == len(lines):
            raise Mistake(f"line {opening}: the ```sh block is never closed")
        found.append(Block(opening, "\n".join(body) + "\n"))
    if not found:
        raise Mistake(f"no block is marked with '{MARKER}'")
    return found


def run(block):
    """The failure as a sentence, or None."""
    try:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.script], stdin=subprocess.DEVNULL,
                              timeout=TIME_LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"ran longer than {TIME_LIMIT_SECONDS} seconds"
    return f"exit code {done.returncode}" if done.returncode else None


def main():
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "README.md")
    try:
        marked = blocks(path.read_text(encoding="utf-8"))
    except (Mistake, OSError) as mistake:
        sys.exit(f"{path}: {mistake}")
    for block in marked:
        print(f"--- {path}:{block.line}\n{block.script}---", flush=True)
        start = time.monotonic()
        failure = run(block)
        if failure:
            sys.exit(f"{path}:{block.line}: the block above failed: {failure}")
        print(f"--- worked in {time.monotonic() - start:.0f} s\n", flush=True)


if __name__ == "__main__":
    main()
