# expect: error FileNotFoundError | error PermissionError | error OSError
# ruff: noqa: SIM115
# promise: files
import os

os.link("@CANARY@", "innocent")
print(open("innocent").read())
