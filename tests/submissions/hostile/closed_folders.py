# expect: answer
# ruff: noqa: SIM115
import os

os.makedirs("a/b/c")
open("a/b/c/file", "w").write("x")
os.mkdir("closed", 0)
