import sys
sys.path.append('..')
import numpy as np
from utils import load_mnist, plot_loss, accuracy
import utils.config as cfg
from tqdm import tqdm

def softmax(x):
    x = x - np.max(x, axis=1).reshape(-1, 1)
    return np.exp(x) / np.sum(np.exp(x), axis=1).reshape(-1, 1)

def forward(params, X):
    cache = {}
    cache['A0'] = X
    cache['Z1'] = np.dot(X, params['W1']) + params['b1']
    cache['A1'] = np.tanh(cache['Z1'])
    cache['Z2'] = np.dot(cache['A1'], params['W2']) + params['b2']
    cache['A2'] = softmax(cache['Z2'])
    return cache['A2'], cache

def compute_loss(A2, Y, params, lambd=0.1):
    m = Y.shape[0]
    data = -np.sum(np.multiply(Y, np.log(A2))) / m
    penalty = lambd / (2 * m) * (np.sum(np.square(params['W1'])) + np.sum(np.square(params['W2'])))
    return data + penalty

def backward(params, cache, Y, lambd=0.1):
    m = Y.shape[0]
    grads = {}
    dZ2 = cache['A2'] - Y
    grads['dW2'] = np.dot(cache['A1'].T, dZ2) / m + lambd / m * params['W2']
    grads['db2'] = np.sum(dZ2, axis=0, keepdims=True) / m
    dZ1 = np.dot(dZ2, params['W2'].T) * (1 - np.tanh(cache['Z1']) ** 2)
    grads['dW1'] = np.dot(cache['A0'].T, dZ1) / m + lambd / m * params['W1']
    grads['db1'] = np.sum(dZ1, axis=0, keepdims=True) / m
    return grads

X_train, y_train, X_test, y_test = load_mnist(cfg.DATA_DIR)
