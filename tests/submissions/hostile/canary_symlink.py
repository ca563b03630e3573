# expect: error FileNotFoundError | error PermissionError
# ruff: noqa: SIM115
# promise: files
import os

os.symlink("@CANARY@", "innocent")
print(open("innocent").read())
