# expect: answer
import sys

sys.stdout = sys.stderr = None
