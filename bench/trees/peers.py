#!/usr/bin/env python3
"""One peer in a process of its own: reads requests from standard input and answers each with a line of JSON.

  python3 peers.py lightgbm      or sklearn, xgboost; packages: requirements.txt beside this file

Everything runs on one thread. Reading a file is never part of a time. Requests ({"op": ...}):
  load     name, file, rows, columns, categorical: float64 columns one after the other, the target last
  drop     name
  fit      data, learner, variant, setting, model: fits and keeps it under that name; answers seconds
  predict  model, data, out: answers seconds; writes float64 predictions, row-major, when out is given
  one      model, data, calls: microseconds of each call that predicts one row
Fit with "peak": true answers the growth of resident memory at its peak too, where the system tells it (Linux).
"""
import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

# what libraries print goes to standard error; standard output is for answers
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def main(tool):
    try:
        import numpy
        peer = {"lightgbm": LightGbm, "sklearn": ScikitLearn, "xgboost": XgBoost}[tool]()
    except ImportError as error:
        answer({"error": str(error), "missing": True})
        return
    answer({"name": peer.name, "version": peer.version, "python": sys.version.split()[0], "numpy": numpy.__version__})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(getattr(peer, "do_" + request.pop("op"))(**request) or {})
        except Exception as error:  # the other side decides what to do about it
            answer({"error": f"{type(error).__name__}: {error}"})


def answer(fields):
    answers.write(json.dumps(fields) + "\n")
    answers.flush()


def clock():
    return time.perf_counter()


class Peer:
    """What all peers share; each of them has fit(data, learner, variant, setting) -> (model, seconds) and
    predict(model, columns)."""

    def __init__(self):
        self.data = {}
        self.models = {}

    def do_load(self, name, file, rows, columns, categorical):
        import numpy
        values = numpy.fromfile(file, dtype=numpy.float64).reshape(columns + 1, rows)
        # a view: columns one after the other, as a matrix that is read column by column
        self.data[name] = {"x": values[:columns].T, "y": values[columns], "categorical": categorical}

    def do_drop(self, name):
        self.data.pop(name, None)
        self.models.clear()

    def do_fit(self, data, learner, setting, model, variant=None, peak=False):
        before = start_peak() if peak else None
        fitted, seconds = self.fit(self.in_order(data), learner, variant, setting)
        growth = {"peakMb": peak_megabytes() - before} if before is not None else {}
        self.models[model] = fitted
        return {**seconds, **growth}

    def do_predict(self, model, data, out=None):
        columns = self.row_by_row(data)
        start = clock()
        predictions = self.predict(self.models[model], columns)
        seconds = clock() - start
        if out:
            import numpy
            numpy.ascontiguousarray(predictions, dtype=numpy.float64).tofile(out)
        return {"seconds": seconds}

    def do_one(self, model, data, calls):
        rows = self.row_by_row(data)
        times = []
        for i in range(calls):
            at = i % len(rows)
            start = clock()
            self.predict(self.models[model], rows[at:at + 1])
            times.append((clock() - start) * 1e6)
        return {"microseconds": times}

    def in_order(self, name):
        return self.data[name]

    def row_by_row(self, name):
        """The columns as a matrix that is read row by row, which all of these predict fastest from."""
        import numpy
        data = self.data[name]
        if "c" not in data:
            data["c"] = numpy.ascontiguousarray(data["x"])
        return data["c"]


class LightGbm(Peer):
    def __init__(self):
        super().__init__()
        import lightgbm
        self.tool = lightgbm
        self.name, self.version = "LightGBM", lightgbm.__version__

    def fit(self, data, learner, variant, setting):
        objective = {"binary": "binary", "multiclass": "multiclass", "regression": "regression"}[setting["task"]]
        parameters = {
            "objective": objective, "num_threads": 1, "verbose": -1, "feature_pre_filter": False, "seed": setting["seed"],
            "learning_rate": setting["learningRate"], "num_leaves": setting["leaves"], "max_bin": 255,
            "min_data_in_leaf": setting["minDataInLeaf"], "min_sum_hessian_in_leaf": 1e-3, "lambda_l1": 0, "lambda_l2": 0,
            "max_cat_threshold": 32, "cat_l2": 10, "cat_smooth": 10, "max_cat_to_onehot": 4, "min_data_per_group": 100,
            "feature_fraction": setting["featureFraction"], "bagging_fraction": setting["rowFraction"],
            "bagging_freq": 0 if setting["rowFraction"] == 1 else 1,
        }
        if setting["task"] == "multiclass":
            parameters["num_class"] = setting["classes"]
        if variant:
            parameters[variant] = True
        start = clock()
        made = self.tool.Dataset(data["x"], data["y"], categorical_feature=data["categorical"], params=parameters)
        made.construct()
        prepared = clock()
        model = self.tool.train(parameters, made, setting["rounds"])
        return model, {"prepare": prepared - start, "grow": clock() - prepared}

    def predict(self, model, columns):
        return model.predict(columns, num_threads=1)


class XgBoost(Peer):
    def __init__(self):
        super().__init__()
        import xgboost
        self.tool = xgboost
        self.name, self.version = "XGBoost", xgboost.__version__

    def in_order(self, name):
        return {**self.data[name], "x": self.row_by_row(name)}

    def fit(self, data, learner, variant, setting):
        objective = {"binary": "binary:logistic", "multiclass": "multi:softprob", "regression": "reg:squarederror"}
        # there is no least number of rows in a leaf; their hessian stands for it
        hessian = 1 if setting["task"] == "regression" else 0.25
        parameters = {
            "objective": objective[setting["task"]], "tree_method": "hist", "grow_policy": "lossguide", "max_bin": 256,
            "max_leaves": setting["leaves"], "max_depth": 0, "eta": setting["learningRate"], "nthread": 1, "lambda": 0,
            "min_child_weight": hessian * setting["minDataInLeaf"], "seed": setting["seed"], "verbosity": 0,
        }
        if setting["task"] == "multiclass":
            parameters["num_class"] = setting["classes"]
        start = clock()
        made = self.tool.QuantileDMatrix(data["x"], data["y"], nthread=1, max_bin=256)
        prepared = clock()
        model = self.tool.train(parameters, made, setting["rounds"])
        return model, {"prepare": prepared - start, "grow": clock() - prepared}

    def predict(self, model, columns):
        return model.inplace_predict(columns)


class ScikitLearn(Peer):
    def __init__(self):
        super().__init__()
        import sklearn
        import sklearn.ensemble
        self.tool = sklearn.ensemble
        self.name, self.version = "scikit-learn", sklearn.__version__

    def fit(self, data, learner, variant, setting):
        kind = "Regressor" if setting["task"] == "regression" else "Classifier"
        if learner == "boosting":
            model = getattr(self.tool, "HistGradientBoosting" + kind)(
                max_iter=setting["rounds"], learning_rate=setting["learningRate"], max_leaf_nodes=setting["leaves"],
                min_samples_leaf=setting["minDataInLeaf"], early_stopping=False, random_state=setting["seed"],
            )
        else:
            made = {"random-forest": "RandomForest", "extra-trees": "ExtraTrees"}[learner] + kind
            model = getattr(self.tool, made)(n_estimators=setting["rounds"], n_jobs=1, random_state=setting["seed"])
        start = clock()
        model.fit(data["x"], data["y"])
        return model, {"whole": clock() - start}

    def predict(self, model, columns):
        if not hasattr(model, "predict_proba"):
            return model.predict(columns)
        predictions = model.predict_proba(columns)
        return predictions[:, 1] if predictions.shape[1] == 2 else predictions


def start_peak():
    """Resident memory now, in MB, with the peak set back to it; None where the system cannot do so."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        return None
    return status_megabytes("VmRSS")


def peak_megabytes():
    return status_megabytes("VmHWM")


def status_megabytes(field):
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
    raise OSError("no " + field + " in /proc/self/status")


main(sys.argv[1])
