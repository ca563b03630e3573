# expect: error PermissionError | error FileNotFoundError
import os

os.execv("/usr/bin/env", ["env", "echo", "REACHED"])
