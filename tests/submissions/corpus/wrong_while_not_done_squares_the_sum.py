import numpy as np

rng = np.random.RandomState(4)
samples = rng.randn(9, 3)
labels = np.column_stack([np.sin(samples[:, 0]), samples[:, 1] * samples[:, 2]])

w1 = rng.randn(3, 5) * 0.4
b1 = np.zeros(5)
w2 = rng.randn(5, 2) * 0.4
b2 = np.zeros(2)
step = 0
eta = 0.05
done = False

while not done:
    k = step % len(samples)
    x = samples[k]
    y = labels[k]
    h = np.tanh(x.dot(w1) + b1)
    out = h.dot(w2) + b2
    loss = 0.5 * np.sum((out - y) ** 2)
    g_out = out - y
    g_hidden = (1 - h) * w2.dot(g_out)
    w2 -= eta * np.outer(h, g_out)
    b2 -= eta * g_out
    w1 -= eta * np.outer(x, g_hidden)
    b1 -= eta * g_hidden
    step += 1
    if step == 900:
        done = True

print("last loss", loss)
