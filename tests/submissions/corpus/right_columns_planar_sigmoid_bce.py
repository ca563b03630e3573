# Planar data classification with one hidden layer
import numpy as np
import matplotlib.pyplot as plt
import sklearn.datasets
from planar_utils import plot_decision_boundary, load_planar_dataset

np.random.seed(1)
X, Y = load_planar_dataset()
plt.scatter(X[0, :], X[1, :], c=Y, s=40, cmap=plt.cm.Spectral);

def sigmoid(x):
    s = 1/(1+np.exp(-x))
    return s

def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h,n_x)*0.01
    b1 = np.zeros(shape=(n_h,1))
    W2 = np.random.randn(n_y,n_h)*0.01
    b2 = np.zeros(shape=(n_y,1))
    return {"W1":W1,"b1":b1,"W2":W2,"b2":b2}

def forward_propagation(X, parameters):
    Z1 = parameters['W1'] @ X + parameters['b1']
    A1 = np.tanh(Z1)
    Z2 = parameters['W2'] @ A1 + parameters['b2']
    A2 = sigmoid(Z2)
    assert(A2.shape == (1, X.shape[1]))
    return A2, {'Z1':Z1,'A1':A1,'Z2':Z2,'A2':A2}

def compute_cost(A2, Y, parameters):
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2),Y) + np.multiply(np.log(1-A2), 1-Y)
    cost = -(1/m)*np.sum(logprobs)
    return np.squeeze(cost)

def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache['A1'], cache['A2']
    dZ2 = A2-Y
    dW2 = (1/m)*(dZ2 @ A1.T)
    db2 = (1/m)*np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.multiply(parameters['W2'].T @ dZ2, 1-np.power(A1,2))
    dW1 = (1/m)*(dZ1 @ X.T)
    db1 = (1/m)*np.sum(dZ1, axis=1, keepdims=True)
    return {'dW1':dW1,'db1':db1,'dW2':dW2,'db2':db2}

def update_parameters(parameters, grads, learning_rate = 1.2):
    parameters['W1'] = parameters['W1'] - learning_rate*grads['dW1']
    parameters['b1'] = parameters['b1'] - learning_rate*grads['db1']
    parameters['W2'] = parameters['W2'] - learning_rate*grads['dW2']
    parameters['b2'] = parameters['b2'] - learning_rate*grads['db2']
    return parameters

params = initialize_parameters(2, 4, 1)
for it in range(5000):
    A2, cache = forward_propagation(X, params)
    print(it, compute_cost(A2, Y, params))
    params = update_parameters(params, backward_propagation(params, cache, X, Y))
