# expect: answer
import os

for who in (1, -1, 0):
    try:
        os.kill(who, 0)
        print("REACHED")
    except OSError:
        pass
