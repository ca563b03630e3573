# expect: error FileNotFoundError | error PermissionError | error OSError
# promise: files
import os

os.remove("@CANARY@")
