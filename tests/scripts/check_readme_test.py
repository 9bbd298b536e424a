"""Tests scripts/check_readme.py: which blocks it runs, and what it refuses."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import check_readme  # noqa: E402


class Blocks(unittest.TestCase):
    def test_only_marked_blocks_run(self):
        text = "```sh\nrm -rf never\n```\n<!-- ci -->\n\n```sh\nmake demo\nls runs\n```\n```cpp\nint x;\n```\n"
        self.assertEqual(check_readme.blocks(text), [check_readme.Block(6, "make demo\nls runs\n")])

    def test_a_marker_without_a_block_is_a_mistake(self):
        with self.assertRaises(check_readme.Mistake) as raised:
            check_readme.blocks("hello\n<!-- ci -->\n```cpp\nint x;\n```\n")
        self.assertEqual(str(raised.exception), "line 2: '<!-- ci -->' stands before no ```sh block")

    def test_a_block_that_never_ends_is_a_mistake(self):
        with self.assertRaises(check_readme.Mistake) as raised:
            check_readme.blocks("<!-- ci -->\n```sh\nmake\n")
        self.assertEqual(str(raised.exception), "line 2: the ```sh block is never closed")

    def test_nothing_marked_is_a_mistake(self):
        with self.assertRaises(check_readme.Mistake) as raised:
            check_readme.blocks("```sh\nmake\n```\n")
        self.assertEqual(str(raised.exception), "no block is marked with '<!-- ci -->'")


class Run(unittest.TestCase):
    def test_a_block_that_works(self):
        self.assertIsNone(check_readme.run(check_readme.Block(1, "true\n")))

    def test_a_failing_line_in_the_middle_fails_the_block(self):
        self.assertEqual(check_readme.run(check_readme.Block(1, "(exit 3)\ntrue\n")), "exit code 3")


if __name__ == "__main__":
    unittest.main()
