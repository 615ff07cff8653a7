extension Operation {
  /// Inverts every colour value from a threshold on, which falls from 256 at magnitude 0 to 26 at magnitude 9.
  public static let solarize = Operation(name: "Solarize") { canvas, arguments in
    let threshold = 256 - arguments.magnitude * 256 / 10
    let area = canvas.area
    guard let highestKept = UInt8(exactly: threshold - 1) else { return }
    canvas.pixels.withMemoryRebound(to: UInt8.self, capacity: area * 4) { bytes in
      for index in 0..<area * 4 {
        let value = bytes[index]
        bytes[index] = value > highestKept ? ~value : value
      }
    }
    canvas.makeOpaque()
  }
}
