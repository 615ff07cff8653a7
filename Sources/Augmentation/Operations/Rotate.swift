extension Operation {
  /// Turns the image about its middle by 3 degrees per magnitude, counter-clockwise where positive.
  public static let rotate = Operation(name: "Rotate", isSigned: true) { canvas, arguments in
    guard arguments.magnitude > 0 else { return }
    let cosine = rotationCosines[arguments.magnitude]
    let sine = rotationSines[arguments.magnitude] * (arguments.isNegative ? -1 : 1)
    let (middleX, middleY) = (Double(canvas.width) / 2, Double(canvas.height) / 2)
    canvas.resample(
      Canvas.AffineMap(
        a: cosine, b: -sine, c: cosine * -middleX + -sine * -middleY + middleX,
        d: sine, e: cosine, f: sine * -middleX + cosine * -middleY + middleY))
  }
}

// Cosine and sine of 0°, 3°, … 27° to 15 decimals, the precision to which Pillow rounds them. Written out because
// the last digit of a machine's cosine and sine may differ.
private let rotationCosines: [Double] = [
  1, 0.998629534754574, 0.994521895368273, 0.987688340595138, 0.978147600733806, 0.965925826289068,
  0.951056516295154, 0.933580426497202, 0.913545457642601, 0.891006524188368,
]
private let rotationSines: [Double] = [
  0, 0.052335956242944, 0.104528463267653, 0.156434465040231, 0.207911690817759, 0.258819045102521,
  0.309016994374947, 0.358367949545300, 0.406736643075800, 0.453990499739547,
]
