# expect: error ValueError
import resource

resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))
print("REACHED")
