extension Operation {
  /// Keeps the highest bits of every colour value: 4 of them at magnitude 0, 1 at magnitude 9.
  public static let posterize = Operation(name: "Posterize") { canvas, arguments in
    let bits = 4 - arguments.magnitude * 4 / 10
    let kept = (UInt32(0xFF) << (8 - bits) & 0xFF) * 0x0001_0101
    for index in 0..<canvas.area {
      canvas.pixels[index] = canvas.pixels[index] & kept | Canvas.alphaMask
    }
  }
}
