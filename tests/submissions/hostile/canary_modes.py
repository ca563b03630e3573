# expect: error FileNotFoundError | error PermissionError | error OSError
import os

os.chmod("@CANARY@", 0o777)
