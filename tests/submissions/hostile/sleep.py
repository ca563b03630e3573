# expect: time
import time

time.sleep(3600)
