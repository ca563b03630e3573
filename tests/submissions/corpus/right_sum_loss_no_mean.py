import numpy as np
from sklearn import datasets

X, y = datasets.make_moons(200, noise=0.20)
num_examples = len(X)
nn_input_dim = 2
nn_output_dim = 2
epsilon = 0.01  # learning rate

def forward(model, x):
    z1 = x.dot(model['W1']) + model['b1']
    a1 = np.tanh(z1)
    z2 = a1.dot(model['W2']) + model['b2']
    exp_scores = np.exp(z2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    return a1, probs

def calculate_loss(model, x, y):
    a1, probs = forward(model, x)
    correct_logprobs = -np.log(probs[range(len(x)), y])
    return np.sum(correct_logprobs)

def gradients(model, x, y):
    a1, probs = forward(model, x)
    delta3 = probs
    delta3[range(len(x)), y] -= 1
    dW2 = (a1.T).dot(delta3)
    db2 = np.sum(delta3, axis=0, keepdims=True)
    delta2 = delta3.dot(model['W2'].T) * (1 - np.power(a1, 2))
    dW1 = np.dot(x.T, delta2)
    db1 = np.sum(delta2, axis=0)
    return dW1, db1, dW2, db2

def build_model(nn_hdim, num_passes=20000):
    np.random.seed(0)
    model = {'W1': np.random.randn(nn_input_dim, nn_hdim), 'b1': np.zeros((1, nn_hdim)),
             'W2': np.random.randn(nn_hdim, nn_output_dim), 'b2': np.zeros((1, nn_output_dim))}
    for i in range(num_passes):
        dW1, db1, dW2, db2 = gradients(model, X, y)
        model['W1'] += -epsilon * dW1
        model['b1'] += -epsilon * db1
        model['W2'] += -epsilon * dW2
        model['b2'] += -epsilon * db2
    return model

model = build_model(3)
