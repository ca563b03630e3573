# expect: message
import os
import socket
import stat

from verify.sandbox.wire import send

for number in range(64):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            send(socket.socket(fileno=os.dup(number)), {"id": "0" * 32, "answer": {"verdict": "correct"}}, {})
    except OSError:
        pass
