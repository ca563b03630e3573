# fit a small curve with one hidden layer
import numpy as np

np.random.seed(0)
N, D_in, H, D_out = 12, 4, 5, 3
x = np.random.randn(N, D_in)
y = np.random.randn(N, D_out)

w1 = np.random.randn(D_in, H)
b1 = np.zeros(H)
w2 = np.random.randn(H, D_out)
b2 = np.zeros(D_out)

learning_rate = 1e-2
for t in range(50):
    h = np.tanh(x.dot(w1) + b1)
    y_pred = h.dot(w2) + b2

    loss = np.square(y_pred - y).sum() / 2
    if t % 10 == 0:
        print(t, loss)

    grad_y_pred = y_pred - y
    grad_w2 = h.T.dot(grad_y_pred)
    grad_b2 = grad_y_pred.sum(axis=0)
    grad_h = grad_y_pred.dot(w2.T)
    grad_z = grad_h * (1 - h * h)
    grad_w1 = x.T.dot(grad_z)
    grad_b1 = grad_z.sum(axis=0)

    w1 = w1 - learning_rate * grad_w1
    b1 = b1 - learning_rate * grad_b1
    w2 = w2 - learning_rate * grad_w2
    b2 = b2 - learning_rate * grad_b2
