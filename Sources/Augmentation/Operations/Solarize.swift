extension Operation {
  /// Inverts every colour value from a threshold on; a search's magnitudes mean 256 at 0 down to 26 at 9.
  public static let solarize = Operation(
    name: "Solarize", unit: .level, parameters: 0...256, scale: { Double(256 - $0 * 256 / 10) }
  ) { canvas, arguments in
    let area = canvas.area
    // From 256 on there is nothing to invert, and no byte to say so.
    if let lowest = UInt8(exactly: arguments.parameter.rounded(.up)) {
      if let kernels = canvas.kernels { return kernels.solarize(canvas.pixels, canvas.area, lowest) }
      canvas.pixels.withMemoryRebound(to: UInt8.self, capacity: area * 4) { bytes in
        for index in 0..<area * 4 {
          let value = bytes[index]
          bytes[index] = value >= lowest ? ~value : value
        }
      }
    }
    canvas.makeOpaque()
  }
}
