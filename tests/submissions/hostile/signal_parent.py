# expect: error PermissionError
import os
import signal

os.kill(os.getppid(), signal.SIGKILL)
print("REACHED")
