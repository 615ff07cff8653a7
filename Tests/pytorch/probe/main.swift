// Runs one of pba's networks on given images and writes everything that a restatement in PyTorch can be held against.
//
// usage: network-probe MODEL CLASSES IN.safetensors OUT.safetensors
//
// IN holds `images` (N×3×H×W, float32 or float64, the type to compute in), `labels` (int64, N) and `seed` (int64, 1),
// which the generator of random layers starts at, and may hold `weights` of the classes (CLASSES) and `smoothing` of the
// labels (1), both of the images' type. OUT holds the initial weights (`before.NAME`), the scores on
// evaluation (`scores`), the loss of a training step (`loss`), its gradients (`gradient.NAME`), and weights and running
// statistics after one step of the optimiser (`after.NAME`).
import Foundation
import Models
import Torch

let rate = 0.1
let weightDecay = 0.0005

func run(_ arguments: [String]) throws {
  guard arguments.count == 5, let classes = Int(arguments[2]) else {
    throw TorchError("usage: network-probe MODEL CLASSES IN.safetensors OUT.safetensors")
  }
  try Runtime.setThreads(1)
  let input = try Safetensors(Data(contentsOf: URL(fileURLWithPath: arguments[3])), name: arguments[3])
  guard let images = try input["images"]?.contiguous(channelsLast: true), let labels = input["labels"],
    let seed = try input["seed"]?.elements(Int64.self).first
  else {
    throw TorchError("\(arguments[3]) needs the tensors 'images', 'labels' and 'seed'")
  }
  let network = try Network(
    .named(arguments[1]), classes: classes, generator: Generator(seed: 1),
    dataType: images.dataType ?? .float32)
  let variables = network.variables
  let optimizer = try NesterovSGD(variables, weightDecay: weightDecay)
  var output: [NamedTensor] = []
  func record(_ prefix: String, _ tensors: [NamedTensor]) throws {
    for named in tensors {
      output.append(NamedTensor(name: prefix + named.name, tensor: try named.tensor.detached().clone()))
    }
  }

  try record("before.", variables.parameters)
  try withoutGradients {
    try record("", [NamedTensor(name: "scores", tensor: network.model.logits(images, .evaluation))])
  }
  try optimizer.zeroGradients()
  let logits = try network.model.logits(images, .training(Generator(seed: UInt64(bitPattern: seed))))
  let loss: Tensor
  if let weights = input["weights"], let smoothing = try input["smoothing"]?.converted(to: .float64) {
    loss = try logits.crossEntropy(labels, weights: weights, smoothing: smoothing.item())
  } else {
    loss = try logits.crossEntropy(labels)
  }
  try loss.backward()
  try record("", [NamedTensor(name: "loss", tensor: loss)])
  try record(
    "gradient.",
    variables.parameters.compactMap { named in
      try named.tensor.gradient().map { NamedTensor(name: named.name, tensor: $0) }
    })
  try optimizer.step(learningRate: rate)
  try record("after.", variables.parameters + variables.buffers)
  try Safetensors(tensors: output, metadata: [:]).encoded().write(to: URL(fileURLWithPath: arguments[4]))
}

do {
  try run(CommandLine.arguments)
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
