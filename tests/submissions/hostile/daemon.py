# expect: error PermissionError
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("REACHED", flush=True)
        time.sleep(60)
    os._exit(0)
