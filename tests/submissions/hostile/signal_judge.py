# expect: error PermissionError | error ProcessLookupError
import os

os.kill(int("@PID@"), 0)
print("REACHED")
