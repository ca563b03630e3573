import numpy as np

np.random.seed(2)
x = np.random.uniform(0, 1, 40)
d = np.cos(6 * x) + x
units = 9
weights_hidden = np.random.randn(1, units)
bias_hidden = np.random.randn(units)
weights_output = np.random.randn(units, 1)
bias_output = np.random.randn(1)
lr = 0.02
means = []

for epoch in range(300):
    total_error = 0
    for i in range(40):
        z = x[i] * weights_hidden + bias_hidden
        hidden = np.tanh(z)
        prediction = np.dot(hidden, weights_output) + bias_output
        error = prediction - d[i]
        total_error += error ** 2
        d_output = 2 * error
        d_hidden = d_output * weights_output.T * (1 - z ** 2)
        weights_output -= lr * (hidden * d_output).reshape(units, 1)
        bias_output -= lr * d_output[0]
        weights_hidden -= lr * x[i] * d_hidden
        bias_hidden -= lr * d_hidden.reshape(units)
    means.append((total_error / 40)[0][0])

print(means[-1])
