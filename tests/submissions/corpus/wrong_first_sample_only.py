import numpy as np

def soft_max(x):
    x = x - np.max(x, axis=1, keepdims=True)
    return np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)

def forward_pass(x, par):
    z1 = np.matmul(x, par['W1']) + par['b1']
    a1 = np.tanh(z1)
    z2 = np.matmul(a1, par['W2']) + par['b2']
    return {'z1': z1, 'a1': a1, 'z2': z2, 'a2': soft_max(z2)}

def calc_loss(fw, y):
    return -np.mean(np.sum(y * np.log(fw['a2']), axis=1))

def backward_pass(x, y, par, fw):
    n = x.shape[0]
    dz2 = (fw['a2'] - y) / n
    dz1 = np.matmul(dz2, par['W2'].T) * (1 - fw['a1'] ** 2)
    return {
        'W2': np.matmul(fw['a1'].T, dz2),
        'b2': dz2[0],
        'W1': np.matmul(x.T, dz1),
        'b1': dz1.sum(0),
    }
