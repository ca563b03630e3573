# expect: answer
# ruff: noqa: SIM115
# promise: files
import os

for pid in ("1", str(os.getppid()), "@PID@"):
    for name in ("mem", "maps", "environ", "fd"):
        try:
            path = f"/proc/{pid}/{name}"
            print("REACHED", os.listdir(path) if name == "fd" else open(path, "rb").read(1))
        except OSError:
            pass
