/// All of lathe for programs that use it: a table of contents. Inside the library each file includes what it uses.
#pragma once

#include "lathe/base/errors.h"    // Error: one sentence and an exit code
#include "lathe/base/settings.h"  // what a recipe or the command line sets, by name

#include "lathe/graph/builder.h"  // builds a graph node by node
#include "lathe/graph/freeze.h"   // layers that stay as they are while the rest trains
#include "lathe/graph/graph.h"    // Graph: named nodes, each with one op, its inputs and its tensors
#include "lathe/graph/groups.h"   // units that thin out the same layers
#include "lathe/graph/op.h"       // Op: the contract; derive from it for an op of your own
#include "lathe/graph/print.h"    // a graph as a table; parameter counts
#include "lathe/graph/units.h"    // which channels can only go together, and their removal

#include "lathe/models/model_registry.h"  // architectures by name
#include "lathe/ops/layers.h"             // conv, linear, batch_norm, relu, concat, … for the builder

#include "lathe/cost/cost.h"     // parameters, multiply-accumulates, receptive field, activation memory
#include "lathe/cost/macs.h"     // what counts as a multiply-accumulate: three conventions
#include "lathe/exec/diff.h"     // what sets two graphs apart
#include "lathe/exec/latency.h"  // how long a graph takes on this machine
#include "lathe/exec/run.h"      // runs a graph, taps its nodes, predicts in batches

#include "lathe/data/augment/augmentation.h"   // rows that change at random while they are trained on
#include "lathe/data/cleaning/clean.h"         // missing samples, smoothing, outliers, one length
#include "lathe/data/dataset.h"                // Dataset: rows, labels, groups
#include "lathe/data/front_end.h"              // what turns recordings into features
#include "lathe/data/readers/readers.h"        // .npy, .csv, .tsv
#include "lathe/data/simulators/simulators.h"  // labelled recordings without a download
#include "lathe/data/splits.h"                 // folds and hold-outs that do not leak
#include "lathe/data/transforms.h"             // normalisation of single windows
#include "lathe/data/windows.h"                // windows of long recordings

#include "lathe/signal/filters.h"        // Butterworth band-pass
#include "lathe/signal/hidden_markov.h"  // sequences of classes, smoothed
#include "lathe/signal/log_mel.h"        // log-mel features of audio
#include "lathe/signal/periodogram.h"    // power over frequency
#include "lathe/signal/resample.h"       // another sampling rate
#include "lathe/signal/savgol.h"         // Savitzky-Golay smoothing

#include "lathe/eval/evaluate.h"       // metrics with bootstrap intervals
#include "lathe/eval/mean_interval.h"  // means over seeds or folds
#include "lathe/eval/paired.h"         // whether one method did better, pair by pair
#include "lathe/train/fit.h"           // the training loop: losses, optimisers, schedules, checkpoints

#include "lathe/rewrite/absorb.h"           // mixing weights into the kernels, exactly
#include "lathe/rewrite/drop_identities.h"  // dropout and other nodes that do nothing at inference, gone
#include "lathe/rewrite/fold_batch_norm.h"  // batch norms into the layers before them
#include "lathe/rewrite/head.h"             // another classifier behind the same features
#include "lathe/rewrite/merge_kernels.h"    // fewer learned kernels, nearly the same sum
#include "lathe/rewrite/merge_padding.h"    // padding nodes into the convolutions that read them

#include "lathe/formats/export_onnx.h"   // a model as ONNX, proved equal
#include "lathe/formats/import_onnx.h"   // a network from ONNX
#include "lathe/formats/load_weights.h"  // weights of a file into a graph, by name
#include "lathe/formats/model_file.h"    // one file: weights, graph, preprocessing
#include "lathe/formats/preprocess.h"    // recordings to what a model's graph sees
#include "lathe/formats/read_weights.h"  // safetensors files and PyTorch state dicts

#include "lathe/distill/distill.h"  // a student under a teacher: losses, taps, kept answers

#include "lathe/pretrain/pretrain.h"  // representations from windows without labels

#include "lathe/prune/evidence.h"  // what data say of a network, for criteria that ask
#include "lathe/prune/prune.h"     // whole channels, the least important first

#include "lathe/sparsify/sparse_training.h"  // few connections, renewed while training

#include "lathe/recipe/compare_runs.h"      // two runs over the same folds
#include "lathe/recipe/evaluate_section.h"  // predict_probabilities: preprocessed and smoothed as the model file says
#include "lathe/recipe/run.h"               // Recipe: the whole way from data to report in one call
