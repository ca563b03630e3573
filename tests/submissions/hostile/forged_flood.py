# expect: message | flood
import os
import stat

for number in range(64):
    try:
        while stat.S_ISSOCK(os.fstat(number).st_mode):
            os.write(number, b"A" * 65536)
    except OSError:
        pass
