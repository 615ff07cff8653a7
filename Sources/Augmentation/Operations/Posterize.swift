extension Operation {
  /// Keeps the highest bits of every colour value; a search's magnitudes mean 4 bits at 0 down to 1 at 9.
  public static let posterize = Operation(
    name: "Posterize", unit: .bits, parameters: 1...8, scale: { Double(4 - $0 * 4 / 10) }
  ) { canvas, arguments in
    let bits = Int(arguments.parameter)
    let kept = (UInt32(0xFF) << (8 - bits) & 0xFF) * 0x0001_0101
    if let kernels = canvas.kernels { return kernels.keep_bits(canvas.pixels, canvas.area, kept) }
    for index in 0..<canvas.area {
      canvas.pixels[index] = canvas.pixels[index] & kept | Canvas.alphaMask
    }
  }
}
