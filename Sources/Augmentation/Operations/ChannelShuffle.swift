extension Operation {
  /// Puts R, G and B in another order, one of the five others, each equally likely; alpha stays.
  ///
  /// The order that changes nothing is left out, so that the probability of a policy's entry is that of a change. The key
  /// chooses: the first number below 5 of ``OperationArguments/random`` is the place in the list (R, B, G), (G, R, B),
  /// (G, B, R), (B, R, G), (B, G, R), where (G, R, B) makes the old G the new R.
  public static let channelShuffle = Operation(name: "ChannelShuffle", unit: .none, usesKey: true) {
    canvas, arguments in
    var random = arguments.random
    let (red, green, blue) = orders[random.uniform(below: orders.count)]
    if let kernels = canvas.kernels {
      return kernels.pick_channels(canvas.pixels, canvas.area, red, green, blue)
    }
    let (pixels, area) = (canvas.pixels, canvas.area)
    for index in 0..<area {
      let pixel = pixels[index]
      pixels[index] =
        pixel >> red & 255 | (pixel >> green & 255) << 8 | (pixel >> blue & 255) << 16
        | (pixel & Canvas.alphaMask)
    }
  }
}

/// From which bit of the old pixel the new R, G and B come.
private let orders: [(red: UInt32, green: UInt32, blue: UInt32)] = [
  (0, 16, 8), (8, 0, 16), (8, 16, 0), (16, 0, 8), (16, 8, 0),
]
