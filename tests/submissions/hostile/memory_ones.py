# expect: error MemoryError | time
import numpy as np

np.ones((1 << 20, 1 << 20))
