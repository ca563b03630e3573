# expect: answer
import os

os.system("echo REACHED")
