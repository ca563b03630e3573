"""What students call things: the meaning of a function's or an argument's name, in the languages that were seen."""

from __future__ import annotations

import re
from typing import Final, Literal

Role = Literal["forward", "backward", "loss", "update", "init"]
Meaning = Literal[
    "X", "Y", "Yhat", "params", "rate", "m", "penalty", "epochs", "cache", "grads", "sizes", "n_x", "n_h", "n_y",
    "flag", "layers", "seed",
]  # fmt: skip

_ROLES: Final[tuple[tuple[Role, str], ...]] = (
    ("backward", r"back(?!end)|bprop|^b_?prop|bwd|^grad(?!ient_?desc)|gradients?(?!.*(desc|check|clip|update))|grads?_|_grads?$|arri[eè]re|r[eé]tro|atras"),
    ("loss", r"loss|cost|entrop|objective|criterion|mse|bce|nll|^j$|co[uû]t|perte|p[eé]rdida|error|erreur"),
    ("update", r"update|sgd|adam|rms_?prop|ada_?grad|nesterov|momentum|step|descent|optimi|apply|mise_a_jour|actuali|paso|train|fit|learn|entrain|entren"),
    ("forward", r"forward|fwd|feed|fprop|propag|_prop$|predict|infer|avant|adelante|hypoth|^net(work)?$|^model$|^run$|^call$|"
     r"^__call__$|output|scores"),
    ("init", r"init|create|make|build|param|weights|setup|random|poids|pesos|new"),
)  # fmt: skip
_NOT: Final = re.compile(r"deriv|prime|dsig|dtanh|drelu|check|numeric|plot|test|evaluat|load|read|one_?hot|softmax$|confus|show|get_batch|shuffle|minibatch")  # fmt: skip

_MEANINGS: Final[tuple[tuple[Meaning, str], ...]] = (
    ("rate", r"lr|l_r|l_?rate|learning_?rate|learn_rate|eta|alpha|rate|step_?size|taux(_.*)?|tasa(_.*)?|pas|ta|gamma"),
    ("penalty", r"(lamb?d?a?|lmbda|lam|l2|alpha)_?(reg)?|reg|regulari[sz]ation|reg(ulari[sz]ation)?_(lambda|strength|rate|param|"
     r"coef|factor)|l2_.*|weight_decay|decay|wd|lambd(_reg)?|penalty(_(weight|strength))?"),
    ("epochs", r"(n_?|num_?|max_?)?(epochs?|iter(ation)?s?|steps)|it"),
    ("m", r"m|n|(batch|mb)_?size|n_?(samples|examples|batch)|num_?(samples|examples)|m_?(train|batch)|bs|taille"),
    ("Yhat", r"y_?(hat|pred|out|est|chapeau|prob)|yhat.*|pred.*|probs?|probas?|al|output|out|y_?pred.*|sortie|scores|p_?hat|prob.*|o"),
    ("X", r"x|xs|(entrenamiento|entrainement|training|train|data)_?x|x_?(train|batch|b|in|data|i|mini|tr|input|m|k|s|sample|bias)|inputs?(_.*)?|data|images?|features?|a_?0|batch_?x|xb|"
     r"sample|entr[eé]es?|entradas?|datos|donn[eé]es|input_(data|layer|vector)|img|pixels|l0"),
    ("Y", r"y|ys|t|(entrenamiento|entrainement|training|train|data)_?y|y_?(train|true|batch|b|oh|i|real|actual|mini|tr|vrai|k|enc|encoded|s|m|onehot|one_hot|label|labels|target)|labels?|"
     r"targets?(_.*)?|one_?hot(_.*)?|.*one_?hot|truth|gt|expected|desired.*|[eé]tiquettes|etiquetas|batch_?y|yb|d|tgt|cible|true_.*|target_output|outputs_real"),
    ("params", r"params?|parameters|param[eè]tres|par[aá]metros|theta|thetas|model|net|network|p|w_?b|reseau|r[eé]seau|red|poids|pesos|coeffs?|weights|state|nn"),
    ("cache", r"caches?|memory|mem|store|stored|forward_?(out|cache|pass|vals?|values|results?)?|fwd|outputs|activations?|values|vals|ctx|"
     r"intermediates?|cache_.*|trace|acts|etapes|history|tape|saved"),
    ("grads", r"grads?|gradients?|d?params_?grads?|deltas|nabla"),
    ("sizes", r"sizes|widths|dims|layer_?(dims?|sizes)|layers?_?dims?|shape|arch(itecture)?|layers|topology|couches|capas|structure|units|n_units|neurons"),
    ("n_x", r"n_?x|dim|n_?in(put)?s?|in(put)?_?(size|dim|nodes|n|neurons|units|features)?|d|d_?in|nin|n_?features|inputs?|n_?0|num_?(inputs|features)|"
     r"i|.*input.*|.*entr[eé]e.*|.*entrada.*|n_i|features"),
    ("n_y", r"n_?y|n_?out(put)?s?|out(put)?_?(size|dim|nodes|n|neurons|units|classes)?|k|c|d_?out|nout|out_?features|n_?class(es)?|num_?(class(es)?|outputs?|labels)|"
     r"o|n_?c|n_?k|.*output.*|.*sortie.*|.*salida.*|classes|n_o"),
    ("n_h", r"n_?h\d*|h\d*|n_?hid(den)?s?\d*|hid(den)?\d*_?(size|dim|nodes|n|neurons|units)?s?\d*|hidden.*|.*hidden.*|.*cach[eé].*|.*ocult.*|m\d|nhid|d_?h(id)?|n_?1|n_?2"),
    ("seed", r"seed|rng|random_state|graine|semilla"),
    ("flag", r"verbose|print_.*|train(ing)?|return_.*|debug|plot|show.*|use_.*|keep_?prob|dropout|initiali[sz].*|activation.*|std|scale|sigma"),
)  # fmt: skip
_COMPILED: Final = tuple((meaning, re.compile(rf"(?:{pattern})$")) for meaning, pattern in _MEANINGS)
_WHICH: Final = re.compile(r"(?:_|^)(?:train|training|test|batch|mini|minibatch|set|sample|samples|subset)(?=_|$)_?")
_SIZES: Final = ("n_x", "n_y", "n_h", "sizes", "seed", "flag", "X", "Y", "rate", "penalty", "epochs", "m")


def roles_of(name: str) -> tuple[Role, ...]:
    """Return what a function of this name may be for, the likeliest first."""
    low = name.lower()
    if _NOT.search(low):
        return ()
    return tuple(role for role, pattern in _ROLES if re.search(pattern, low))


def meaning_of(name: str) -> Meaning | None:
    """Return what an argument of this name is, or None: then it is a parameter, or a value of the forward pass."""
    low = name.lower().lstrip("_").rstrip("_")
    found = next((meaning for meaning, pattern in _COMPILED if pattern.match(low)), None)
    plain = _WHICH.sub("", low)  # data_train, batch_labels, y_training_set
    if found is None and plain != low:
        found = next((meaning for meaning, pattern in _COMPILED[:6] if pattern.match(plain)), None)
        return found if found in ("X", "Y") else None
    return found


_INPUTS: Final = frozenset((
    "x", "xs", "input", "inputs", "entradas", "entrées", "entrees", "features", "images", "imgs", "pixels", "samples",
    "points", "feature",
))  # fmt: skip
_SAMPLES: Final = re.compile(r"(\w+_)?(data|data_?set|mini_?batch|batch|samples|pairs|examples)")
_TARGETS: Final = frozenset((
    "y", "ys", "target", "targets", "label", "labels", "output", "outputs", "saidas", "salidas", "saídas", "sorties",
    "answers", "classes", "etiquetas", "expected", "truth", "objetivos", "esperado", "esperada",
))  # fmt: skip


def data_of(name: str) -> Literal["X", "Y"] | None:
    """Return whether data of this name are inputs or targets: X_test, inputs_train, trainy, labels."""
    meaning = meaning_of(name)
    if meaning in ("X", "Y"):
        return "X" if meaning == "X" else "Y"
    parts = [part for part in re.split(r"[_\d]+", _WHICH.sub("_", name.lower())) if part]
    parts = [
        re.sub(r"^(train|test|batch|data|val)(?=[xy]$)|(?<=^[xy])(train|test|batch|val)$", "", one) for one in parts
    ]
    if any(part in _INPUTS for part in parts):
        return "X"
    return "Y" if any(part in _TARGETS for part in parts) else None


def holds_samples(name: str) -> bool:
    """Whether inputs and targets are kept in one thing of this name: training_data, mini_batch, samples."""
    return _SAMPLES.fullmatch(name.lower()) is not None


def size_of(name: str) -> Meaning | None:
    """Return what an argument of a function that makes parameters is: sizes are meant before anything else."""
    low = name.lower().lstrip("_").rstrip("_")
    patterns = dict(_COMPILED)
    return next((meaning for meaning in _SIZES if patterns[meaning].match(low)), None)


_WHERE: Final = (
    r"h|o|i|x|y|hidden|hid|out(?:put)?|in(?:put)?|ih|ho|xh|hy|hh|ao|layer|to|fc|dense|"
    r"entr[eé]es?|entradas?|cach[eé]e?s?|ocult[ao]s?|sorties?|sal[ií]das?|sa[ií]das?|couche|capa|camada"
)
_PARAMETER: Final = re.compile(
    rf"(?:w|b|v|u|theta|weights?|bias(?:es)?|wh|wo|bh|bo|syn|synapse|poids|biais|pesos?|sesgos?|vi[eé]s)(?:_?(?:\d+|{_WHERE}))*"
    rf"|(?:(?:{_WHERE}|\d+)_)+(?:w|b|weights?|bias(?:es)?|poids|biais|pesos?|sesgos?|vi[eé]s)_?\d*"
    r"|(?:weights?|bias(?:es)?|poids|biais|pesos?|sesgos?)_[a-z]\d*",
    re.IGNORECASE,
)


def is_parameter(name: str) -> bool:
    """Whether this is what a weight matrix or a bias is called."""
    return _PARAMETER.fullmatch(name.strip("_")) is not None


_GRADIENT: Final = re.compile(
    r"^(?:grad(?:ient)?s?_?|g_|delta_?|nabla_?|dj_?d|dl_?d|dc_?d|d_?|∂)|(?:_?grad(?:ient)?s?|_?g|_d)$"
)


def is_called_a_gradient(name: str) -> bool:
    """Whether a name is that of a gradient: dW1, grad_W1, W1_grad."""
    return bare(name) != name.lower().replace("_", "")


def bare(name: str) -> str:
    """Return the parameter's name inside the name of its gradient: dW1, grad_W1 and W1_grad are w1."""
    low = name.lower().strip("_")
    stripped = _GRADIENT.sub("", low)
    return (stripped or low).replace("_", "")
