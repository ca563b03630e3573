# %%
import numpy as np

def nonlin(x):
    return 1 / (1 + np.exp(-x))
# %%
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1.0]])
y = np.array([[0, 1, 1, 0.0]]).T
np.random.seed(1)
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
# %%
errors = []
for j in range(60):
    l0 = X
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))
    l2_error = l2 - y
    error = 0.5 * np.sum(l2_error ** 2)
    errors.append(error)
    l2_delta = l2_error * l2 * (1 - l2)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * l1 * (1 - l1)
    syn1 -= 0.5 * l1.T.dot(l2_delta)
    syn0 -= 0.5 * l0.T.dot(l1_delta)
# %%
print(errors[-1])
