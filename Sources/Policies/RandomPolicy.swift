import Augmentation

extension NamedPolicy {
  /// One policy drawn uniformly from the search space by the training's seed, for all epochs.
  static let random = NamedPolicy(
    "random", summary: "one policy drawn from PBA's search space by the seed, for all epochs"
  ) { argument, context throws(PolicyError) in
    try argument.refuse("random")
    var stream = RandomStream(seed: context.seed, domain: .policyDraw)
    let segment = Schedule.Segment(epochs: 1, policy: SearchSpace.pba.random(using: &stream))
    return .schedule(try Schedule(name: "random", segments: [segment]))
  }
}
