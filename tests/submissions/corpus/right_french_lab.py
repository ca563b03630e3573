# TP Réseau de neurones à 2 couches
import numpy as np

def sigmoide(z):
    """fonction d'activation"""
    return 1 / (1 + np.exp(-z))

def initialisation(n0, n1, n2):
    parametres = {
        'W1': np.random.randn(n1, n0),
        'b1': np.zeros((n1, 1)),
        'W2': np.random.randn(n2, n1),
        'b2': np.zeros((n2, 1)),
    }
    return parametres

def propagation_avant(X, parametres):
    Z1 = parametres['W1'].dot(X) + parametres['b1']
    A1 = sigmoide(Z1)
    Z2 = parametres['W2'].dot(A1) + parametres['b2']
    A2 = sigmoide(Z2)
    return {'A1': A1, 'A2': A2}

def calcul_cout(A2, y):
    # entropie croisée binaire (moyenne sur les exemples)
    epsilon = 1e-15
    return -1 / y.shape[1] * np.sum(y * np.log(A2 + epsilon) + (1 - y) * np.log(1 - A2 + epsilon))

def retropropagation(X, y, activations, parametres):
    A1 = activations['A1']
    A2 = activations['A2']
    m = y.shape[1]

    # couche de sortie
    dZ2 = A2 - y
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)

    # couche cachée
    dZ1 = np.dot(parametres['W2'].T, dZ2) * A1 * (1 - A1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)

    return {'dW1': dW1, 'db1': db1, 'dW2': dW2, 'db2': db2}

def mise_a_jour(gradients, parametres, taux_apprentissage):
    for nom in parametres:
        parametres[nom] = parametres[nom] - taux_apprentissage * gradients['d' + nom]
    return parametres

def entrainement(X_train, y_train, n1=32, taux=0.1, n_iter=1000):
    np.random.seed(0)
    parametres = initialisation(X_train.shape[0], n1, y_train.shape[0])
    historique = []
    for i in range(n_iter):
        activations = propagation_avant(X_train, parametres)
        historique.append(calcul_cout(activations['A2'], y_train))
        gradients = retropropagation(X_train, y_train, activations, parametres)
        parametres = mise_a_jour(gradients, parametres, taux)
    return parametres
