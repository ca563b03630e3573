# expect: error FileNotFoundError | error PermissionError | error OSError
# ruff: noqa: SIM115
# promise: files
open("@CANARY@" + ".new", "w").write("REACHED")
