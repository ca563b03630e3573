# expect: error FileNotFoundError | error PermissionError
# ruff: noqa: SIM115
# promise: files
print(open("@CANARY@").read())
