import numpy as np
from keras.datasets import mnist

def init_weights():
    w1 = np.random.randn(784, 32) * np.sqrt(2 / 784)
    b1 = np.zeros(32)
    w2 = np.random.randn(32, 10) * np.sqrt(2 / 32)
    b2 = np.zeros(10)
    return w1, b1, w2, b2

def forward(images, w1, b1, w2, b2):
    x = images.reshape(-1, 784)
    z1 = np.dot(x, w1) + b1
    a1 = np.maximum(0, z1)
    z2 = np.dot(a1, w2) + b2
    e = np.exp(z2 - z2.max(1, keepdims=True))
    return z1, a1, e / e.sum(1, keepdims=True)

def loss(probs, labels):
    return -np.log(probs[np.arange(labels.shape[0]), labels] + 1e-9).mean()

def backward(images, labels, z1, a1, probs, w2):
    x = images.reshape(-1, 784)
    dz2 = probs.copy()
    dz2[np.arange(labels.shape[0]), labels] -= 1
    dz2 /= labels.shape[0]
    dw2 = np.dot(a1.T, dz2)
    db2 = np.sum(dz2, axis=0)
    dz1 = np.dot(dz2, w2.T).copy()
    dz1[z1 <= 0] = 0
    dw1 = np.dot(x.T, dz1)
    db1 = np.sum(dz1, axis=0)
    return dw1, db1, dw2, db2

(train_x, train_y), (test_x, test_y) = mnist.load_data()
train_x = train_x.astype('float32') / 255
weights = init_weights()
for i in range(0, 60000, 100):
    bx, by = train_x[i:i+100], train_y[i:i+100]
    out = forward(bx, *weights)
    grads = backward(bx, by, *out, weights[2])
    weights = tuple(w - 0.1 * g for w, g in zip(weights, grads))
    if i % 10000 == 0: print(loss(out[2], by))
