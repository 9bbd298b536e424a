"""Tests scripts/count_tests.py on made-up results of a ctest run: nothing that went wrong may count as passed."""
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import count_tests  # noqa: E402

ONE_OF_EACH = """<testsuites><testsuite name="Units">
  <testcase name="Good" classname="Units" status="run" result="completed"/>
  <testcase name="Bad" classname="Units" status="run" result="completed"><failure message="1 is not 2"/></testcase>
  <testcase name="Dataless" classname="Units" status="run" result="skipped">
    <skipped message="/x/units_test.cpp:7&#x0A;needs the real recordings"/></testcase>
  <testcase name="DISABLED_Off" classname="Units" status="notrun" result="suppressed"/>
</testsuite></testsuites>"""
ONE_GOOD = '<testsuites><testsuite><testcase name="Good" classname="Shape" status="run"/></testsuite></testsuites>'


class CountAll(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.tests, self.cases = [], []

    def program(self, name, status, results=None):
        self.entry(name, status, ["/b/test_" + name, "--gtest_output=xml:/b/results/" + name + ".xml"])
        if results:
            Path(self.folder.name, name + ".xml").write_text(results, encoding="utf-8")

    def entry(self, name, status, command, inside=""):
        self.tests.append({"name": name, "command": command})
        self.cases.append(f'<testcase name="{name}" status="{status}">{inside}</testcase>')

    def count(self):
        Path(self.folder.name, "list.json").write_text(json.dumps({"tests": self.tests}), encoding="utf-8")
        Path(self.folder.name, "ctest.junit").write_text(f"<testsuite>{''.join(self.cases)}</testsuite>", encoding="utf-8")
        return count_tests.count_all(self.folder.name)

    def test_sums_what_the_programs_wrote(self):
        self.program("graph.unit", "fail", ONE_OF_EACH)
        self.program("graph.law", "run", ONE_GOOD)
        count = self.count()
        self.assertEqual(count.line(), "2 passed, 1 failed, 2 skipped")
        self.assertEqual(count.failed, [("Units.Bad", "/b/test_graph.unit --gtest_filter=Units.Bad")])
        self.assertEqual(count.skipped, [("Units.Dataless", "needs the real recordings"),
                                         ("Units.DISABLED_Off", "disabled in the source")])

    def test_a_program_without_results_has_failed(self):
        self.program("graph.unit", "fail")
        self.assertEqual(self.count().failed,
                         [("graph.unit (crashed, ran out of time or was not built: no results)", "/b/test_graph.unit")])

    def test_a_program_without_results_has_failed_even_when_it_returned_0(self):
        self.program("graph.unit", "run")
        self.assertEqual(self.count().line(), "0 passed, 1 failed, 0 skipped")

    def test_a_program_that_dies_after_its_tests_has_failed(self):
        self.program("graph.law", "fail", ONE_GOOD)
        count = self.count()
        self.assertEqual(count.line(), "1 passed, 1 failed, 0 skipped")
        self.assertEqual(count.failed[0][0], "graph.law (all its tests passed, but it ended badly)")

    def test_other_entries_count_by_their_exit_code(self):
        self.entry("scripts.good", "run", ["python3", "a.py"])
        self.entry("scripts.bad", "fail", ["python3", "b.py"])
        self.entry("report.browser", "notrun", ["python3", "c.py"],
                   '<skipped message="SKIP_RETURN_CODE=77"/><system-out>no chromium here</system-out>')
        self.entry("report.lost", "notrun", ["nowhere"], '<skipped message="Unable to find executable: nowhere"/>')
        count = self.count()
        self.assertEqual(count.line(), "1 passed, 2 failed, 1 skipped")
        self.assertEqual(count.skipped, [("report.browser", "no chromium here")])

    def test_a_program_that_was_not_built_has_failed(self):
        self.entry("graph.unit", "notrun", [], '<skipped message="Unable to find executable"/>'
                   '<system-out>Unable to find executable: /b/test_graph_unit</system-out>')
        self.assertEqual(self.count().failed, [("graph.unit (Unable to find executable: /b/test_graph_unit)",
                                                "ctest --test-dir build -R '^graph.unit$' --output-on-failure")])

    def test_an_entry_that_ctest_never_reached_has_failed(self):
        self.entry("scripts.good", "run", ["python3", "a.py"])
        self.cases.clear()
        self.assertEqual(self.count().line(), "0 passed, 1 failed, 0 skipped")

    def test_commands_are_relative_and_quoted(self):
        command = [os.path.join(os.getcwd(), "build/tests/test_ops_law"), "--gtest_output=xml:x"]
        self.assertEqual(count_tests.run_alone("ops.law", command, "Ops/Law.Shape/conv*1d"),
                         "build/tests/test_ops_law '--gtest_filter=Ops/Law.Shape/conv*1d'")


if __name__ == "__main__":
    unittest.main()
