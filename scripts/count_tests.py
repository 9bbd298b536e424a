#!/usr/bin/env python3
"""Sums a ctest run into one line: 'N passed, N failed, N skipped', after the names of what failed and was skipped.

Usage: count_tests.py RESULTS   RESULTS is build/test-results, where `ctest --show-only=json-v1` left list.json,
`ctest --output-junit` left ctest.junit, and every GoogleTest program NAME left NAME.xml. A program that left none
(it crashed, hung or was not built) counts as one failed test. Exit code: 0 when nothing failed and something passed.
"""
import json
import os
import re
import shlex
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field


@dataclass
class Count:
    passed: int = 0
    failed: list = field(default_factory=list)  # (name, command that runs it alone)
    skipped: list = field(default_factory=list)  # (name, reason)

    def line(self):
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def run_alone(name, command, test_filter=None):
    """The ctest command without its result file, with a filter, relative to where the user stands."""
    if not command:  # ctest knows no command for a program that was not built
        return f"ctest --test-dir build -R '^{name}$' --output-on-failure"
    words = [word for word in command if not word.startswith("--gtest_output=")]
    words = [os.path.relpath(word) if os.path.isabs(word) and word.startswith(os.getcwd()) else word for word in words]
    if test_filter:
        words.append(f"--gtest_filter={test_filter}")
    return shlex.join(words)


def skip_reason(case):
    """GoogleTest's message is 'FILE:LINE', then the text that the test gave."""
    message = case.find("skipped").get("message", "")
    return " ".join(re.sub(r"^\S+:\d+\s+", "", message).split()) or "no reason given"


def count_program(count, name, path, command, ended_well):
    """Adds one GoogleTest result file; a program that ends badly without a failed test is a failure of its own."""
    failed_before = len(count.failed)
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        case_name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed.append((case_name, run_alone(name, command, case_name)))
        elif case.get("status") == "notrun":
            if case.get("result") == "suppressed":
                count.skipped.append((case_name, "disabled in the source"))
        elif case.find("skipped") is not None:
            count.skipped.append((case_name, skip_reason(case)))
        else:
            count.passed += 1
    if not ended_well and len(count.failed) == failed_before:
        count.failed.append((f"{name} (all its tests passed, but it ended badly)", run_alone(name, command)))


def outcomes(junit):
    """ctest's own verdict on each of its entries: name -> (passed | failed | skipped, last words)."""
    verdicts = {}
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        status = {"run": "passed", "fail": "failed"}.get(case.get("status"), "skipped")
        output = (case.findtext("system-out") or "").strip().splitlines()
        missing = case.find("skipped")
        if status == "skipped" and missing is not None and "SKIP_" not in missing.get("message", ""):
            status = "failed"  # ctest calls a program that it cannot find "not run"
        verdicts[case.get("name")] = (status, output[-1] if output else "")
    return verdicts


def count_all(results):
    count = Count()
    verdicts = outcomes(os.path.join(results, "ctest.junit"))
    with open(os.path.join(results, "list.json"), encoding="utf-8") as listing:
        tests = json.load(listing)["tests"]
    for test in tests:
        name, command = test["name"], test.get("command", [])
        verdict, last_words = verdicts.get(name, ("failed", ""))
        path = os.path.join(results, name + ".xml")
        is_program = any(word.startswith("--gtest_output=") for word in command)
        if is_program and os.path.exists(path):
            count_program(count, name, path, command, verdict == "passed")
        elif is_program:
            count.failed.append((f"{name} (crashed, ran out of time or was not built: no results)", run_alone(name, command)))
        elif verdict == "failed":
            count.failed.append((f"{name} ({last_words or 'no output'})", run_alone(name, command)))
        elif verdict == "skipped":
            count.skipped.append((name, last_words or "no reason given"))
        else:
            count.passed += 1
    return count


def report(count):
    if count.skipped:
        print("\nskipped:")
        reasons = {}
        for name, reason in count.skipped:
            reasons.setdefault(reason, []).append(name)
        for reason, names in reasons.items():
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            print(f"  {reason}: {', '.join(names[:3])}{more}")
    if count.failed:
        print("\nfailed, each with the command that runs it alone:")
        for name, command in count.failed:
            print(f"  {name}\n      {command}")
    print()
    print(count.line())


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: count_tests.py RESULTS (build/test-results)")
    count = count_all(sys.argv[1])
    report(count)
    sys.exit(1 if count.failed or not count.passed else 0)


if __name__ == "__main__":
    main()
