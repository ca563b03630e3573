# expect: error PermissionError | error OSError
# ruff: noqa: SIM115
# promise: files
import numpy

open(numpy.__file__, "a").write("")
print("REACHED")
