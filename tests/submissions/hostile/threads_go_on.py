# expect: answer
import threading


def work():
    while True:
        pass


for _ in range(4):
    threading.Thread(target=work).start()
