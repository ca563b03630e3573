import numpy as np

def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T
np.random.seed(1)

# weights
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
alpha = 0.5

for i in range(60000):
    l1 = nonlin(X.dot(syn0))
    l2 = nonlin(l1.dot(syn1))

    l2_delta = (l2 - y) * nonlin(l2, True)
    syn1 = syn1 - alpha * l1.T.dot(l2_delta)

    l1_delta = l2_delta.dot(syn1.T) * nonlin(l1, True)
    syn0 = syn0 - alpha * X.T.dot(l1_delta)

print("Output after training:\n", l2)
