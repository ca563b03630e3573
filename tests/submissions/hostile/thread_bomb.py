# expect: error RuntimeError
import threading
import time

for _ in range(3000):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
