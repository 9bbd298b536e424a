#!/usr/bin/env python3
"""Activities from a wrist in plain PyTorch and scikit-learn: what lathe's `har-finetune` recipe is compared with.

    python tools/reference_har.py --data DIR/adl-wrist --out DIR [--splits 0 1 2 3 4] [--methods forest scratch …]

Protocol: windows of 5 s at 30 Hz by volunteer, harnet5, five splits (har_data.py). A forest on 25 numbers a window;
from scratch; pretrained on the same volunteers without labels (har_pretext.py), then the extractor frozen, everything
trained, or one layer with the head (the layer that validates best). Adam with amsgrad, classes weighted by inverse
frequency, stopped by the validation loss. Writes one JSON file a split and method; prints who is in which split.
"""
import argparse
import copy
import json
import pathlib
import time

import numpy
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import cohen_kappa_score, f1_score
from torch.nn.functional import cross_entropy

import har_data
import har_pretext
from reference_nets.harnet import Harnet, Head, initialise

LAYERS = [f"layer{i}" for i in range(1, 6)]


def scores(truth, predicted, groups):
    """Pooled and by subject; kappa is None where truth and prediction are one and the same class."""
    def both(rows):
        kappa = cohen_kappa_score(truth[rows], predicted[rows])
        return {"macro_f1": f1_score(truth[rows], predicted[rows], average="macro"),
                "kappa": None if numpy.isnan(kappa) else kappa}
    return {"pooled": both(slice(None)), "subjects": {g: both(groups == g) for g in sorted(set(groups))}}


def fresh(classes, seed):
    """harnet5 and its head; linear biases as PyTorch draws them."""
    torch.manual_seed(seed)
    model = Harnet(har_data.SECONDS, classes)
    initialise(model)
    return model


def predict(model, x):
    model.eval()
    with torch.no_grad():
        return torch.cat([model(part) for part in x.split(256)])


class Fit:
    """Fits what of a model is named, with everything before it computed once: frozen layers keep their statistics."""

    def __init__(self, model, data, options, rate, seed):
        self.model, self.options, self.rate, self.seed = model, options, rate, seed
        (self.x, self.y), (self.xv, self.yv) = data
        counts = numpy.bincount(self.y, minlength=model.classifier[-1].out_features)
        self.weights = torch.tensor(len(self.y) / (len(counts) * numpy.maximum(counts, 1)), dtype=torch.float32)

    def __call__(self, trained):
        """@param trained  names of layers besides the head: none, one or all of them"""
        extractor = self.model.feature_extractor
        first = LAYERS.index(trained[0]) if trained else len(LAYERS)
        before = extractor[:first]
        modules = [extractor[LAYERS.index(name)] for name in trained] + [self.model.classifier]
        rest = lambda x: self.model.classifier(extractor[first:](x).flatten(1))
        x, xv, y = predict(before, self.x), predict(before, self.xv), torch.tensor(self.y)
        yv = torch.tensor(self.yv)
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)
        for module in modules:
            module.requires_grad_(True)
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        optimizer = torch.optim.Adam(parameters, lr=self.rate, amsgrad=True)
        rng, best, watched, history = numpy.random.default_rng(self.seed), None, None, []
        for epoch in range(self.options.epochs):
            self.model.eval()
            for module in modules:
                module.train()
            total, order = 0.0, torch.tensor(rng.permutation(len(x)))
            for rows in order.split(self.options.batch):
                if len(rows) < 2:
                    continue
                batch = x[rows]
                if self.options.augment and first == 0:
                    batch = torch.tensor(har_pretext.turned(batch.numpy(), rng))
                loss = cross_entropy(rest(batch), y[rows], self.weights)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(rows)
            self.model.eval()
            with torch.no_grad():
                logits = torch.cat([rest(part) for part in xv.split(256)])
            loss = float(cross_entropy(logits, yv, self.weights))
            f1 = f1_score(self.yv, logits.argmax(1).numpy(), average="macro")
            history.append({"loss": total / len(x), "validation_loss": loss, "validation_macro_f1": f1})
            if best is None or loss < watched["validation_loss"]:
                best, watched = copy.deepcopy(self.model.state_dict()), dict(history[-1], epoch=epoch + 1)
            elif epoch + 1 - watched["epoch"] >= self.options.patience:
                break
        self.model.load_state_dict(best)
        return {"epochs": len(history), "best": watched, "history": history}


class Pretext(torch.nn.Module):
    """An extractor with a head a task, drawn as PyTorch draws them: by what goes out, logits of ±16 drown the rest."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.heads = torch.nn.ModuleList(Head(model.width) for _ in har_pretext.TASKS)

    def forward(self, x):
        features = self.model.features(x)
        return torch.stack([head(features) for head in self.heads], 1)


def pretrain(model, windows, held_out, options, rate, epochs, seed):
    """Trains the extractor on windows without labels; accuracy of each task on windows of others."""
    torch.manual_seed(1000 + seed)
    net, rng = Pretext(model), numpy.random.default_rng(1000 + seed)
    optimizer, history = torch.optim.Adam(net.parameters(), lr=rate, amsgrad=True), []
    checked = {part: har_pretext.examples(x, numpy.random.default_rng(7)) for part, x in held_out.items()}
    for _ in range(epochs):
        net.train()
        total, order = 0.0, rng.permutation(len(windows))
        for at in range(0, len(order), options.pretrain_batch):
            rows = order[at:at + options.pretrain_batch]
            if len(rows) < 2:
                continue
            x, labels = har_pretext.examples(windows[rows], rng)
            logits = net(torch.tensor(har_pretext.turned(x, rng) if options.turn else x))
            loss = cross_entropy(logits.flatten(0, 1), torch.tensor(labels).flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        row = {"loss": total / len(order)}
        for part, (x, labels) in checked.items():
            right = (predict(net, torch.tensor(x)).argmax(2).numpy() == labels).mean(0)
            row[part] = dict(zip(har_pretext.TASKS, right.tolist()))
        history.append(row)
    return {"epochs": epochs, "accuracy": history[-1], "history": history}


def run(method, split, data, options):
    """One method on one split: scores on the volunteers left out, and how it got there."""
    windows, classes, names, groups, _ = data
    train, watch, test = list(har_data.splits(groups))[split]
    both, kept = numpy.concatenate([train, watch]), options.out / f"split{split}_extractor.pt"
    tensor = lambda rows: torch.tensor(windows[rows])
    pairs = (tensor(train), classes[train]), (tensor(watch), classes[watch])
    model = fresh(len(names), split)
    if method == "forest":
        forest = RandomForestClassifier(1000, class_weight="balanced_subsample", random_state=split, n_jobs=1)
        forest.fit(har_data.features(windows[both]), classes[both])
        return {"scores": scores(classes[test], forest.predict(har_data.features(windows[test])), groups[test])}
    if method == "pretrain":
        result = pretrain(model, windows[train], {"validation": windows[watch], "test": windows[test]}, options,
                          options.pretrain_rate, options.pretrain_epochs, split)
        torch.save(model.feature_extractor.state_dict(), kept)
        return result
    if method != "scratch":
        model.feature_extractor.load_state_dict(torch.load(kept, weights_only=True))
    rate = options.rate[method]
    if method != "surgical":
        result = Fit(model, pairs, options, rate, split)(LAYERS if method in ("scratch", "all") else [])
    else:
        tried, start = {}, copy.deepcopy(model.state_dict())
        for layer in LAYERS:
            model.load_state_dict(start)
            tried[layer] = Fit(model, pairs, options, rate, split)([layer])
            predicted = predict(model, tensor(test)).argmax(1).numpy()
            tried[layer]["scores"] = scores(classes[test], predicted, groups[test])
        chosen = max(LAYERS, key=lambda layer: tried[layer]["best"]["validation_macro_f1"])
        return {"chosen": chosen, "scores": tried[chosen]["scores"], "layers": tried}
    predicted = predict(model, tensor(test)).argmax(1).numpy()
    return dict(result, scores=scores(classes[test], predicted, groups[test]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path, help="the folder that holds HMP_Dataset")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--splits", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--methods", nargs="+", default=["forest", "scratch", "pretrain", "frozen", "all", "surgical"],
                        choices=["forest", "scratch", "pretrain", "frozen", "all", "surgical"])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--patience", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--augment", action="store_true", help="turn windows while everything is trained, too")
    for method in ("scratch", "frozen", "all", "surgical", "pretrain"):
        rate = {"pretrain": 1e-4, "frozen": 1e-3}.get(method, 3e-4)
        parser.add_argument(f"--{method}-rate", type=float, default=rate)
    parser.add_argument("--pretrain-epochs", type=int, default=40)
    parser.add_argument("--pretrain-batch", type=int, default=32)
    parser.add_argument("--turn", action="store_true", help="turn windows while pretraining")
    parser.add_argument("--tag", default="", help="goes into the names of the files")
    options = parser.parse_args()
    options.rate = {m: getattr(options, f"{m}_rate") for m in ("scratch", "frozen", "all", "surgical")}
    torch.set_num_threads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    data = har_data.load(options.data)
    windows, classes, names, groups, short = data
    print(f"{len(windows)} windows, {len(short)} recordings too short for one", flush=True)
    parts = list(har_data.splits(groups))
    for split in options.splits:
        print(f"\nsplit {split}\n" + har_data.table(names, classes, groups, parts[split]), flush=True)
    for method in options.methods:
        for split in options.splits:
            start, busy = time.perf_counter(), time.process_time()
            result = run(method, split, data, options)
            result.update(split=split, method=method, seconds=time.perf_counter() - start,
                          cpu_seconds=time.process_time() - busy, torch=torch.__version__,
                          rate=options.rate.get(method, options.pretrain_rate if method == "pretrain" else None))
            path = options.out / f"split{split}_{method}{options.tag}.json"
            path.write_text(json.dumps(result, indent=1) + "\n")
            shown = result.get("scores", {}).get("pooled") or result["accuracy"]
            print(f"split {split} {method:8s} {shown} best {result.get('best')} {result.get('chosen', '')} "
                  f"{result['seconds']:.0f} s ({result['cpu_seconds']:.0f} s CPU)", flush=True)


if __name__ == "__main__":
    main()
