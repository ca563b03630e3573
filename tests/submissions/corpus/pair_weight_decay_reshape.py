import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)

def feed_forward(X, W1, b1, W2, b2):
    hidden = np.tanh(np.dot(X, W1) + b1)
    return hidden, softmax(np.dot(hidden, W2) + b2)

def loss(output, Y):
    return -np.sum(Y * np.log(output)) / Y.shape[0]

def back_propagation(X, Y, hidden, output, W2):
    n_samples = X.shape[0]
    delta_out = (output - Y) / n_samples
    grad_W2 = np.dot(hidden.T, delta_out) + 0.01 * W2
    grad_b2 = np.sum(delta_out, axis=0, keepdims=True)
    W2_t = np.reshape(W2, (W2.shape[1], W2.shape[0]))
    delta_hid = np.dot(delta_out, W2_t) * (1 - hidden ** 2)
    grad_W1 = np.dot(X.T, delta_hid)
    grad_b1 = np.sum(delta_hid, axis=0, keepdims=True)
    return grad_W1, grad_b1, grad_W2, grad_b2
