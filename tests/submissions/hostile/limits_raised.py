# expect: error ValueError
import resource

resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
print("REACHED")
