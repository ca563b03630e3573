import numpy as np

def softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=0)

def forward(net, x):
    net['h'] = np.tanh(net['w1'] @ x + net['b1'])
    net['y'] = softmax(net['w2'] @ net['h'] + net['b2'])
    return net['y']

def backward(net, x, t, lr=0.1):
    n = x.shape[1]
    y = forward(net, x)
    d2 = (t - y) / n
    d1 = net['w2'].T @ d2
    net['w2'] = net['w2'] - lr * d2 @ net['h'].T
    net['b2'] = net['b2'] - lr * d2.sum(axis=1, keepdims=True)
    net['w1'] = net['w1'] - lr * d1 @ x.T
    net['b1'] = net['b1'] - lr * d1.sum(axis=1, keepdims=True)
    return net
