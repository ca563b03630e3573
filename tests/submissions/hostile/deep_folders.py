# expect: answer | time
# ruff: noqa: SIM115
import os

for _ in range(1000):
    os.mkdir("d")
    os.chdir("d")
open("file", "w").write("x")
