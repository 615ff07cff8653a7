/// The lower triangle L with L · Lᵀ = A of a symmetric positive definite matrix A, which grows by a row at a time.
package struct CholeskyFactor {
  /// The number of rows.
  package private(set) var count = 0
  /// Column after column, each with room for all rows.
  private var columns: [Double]
  private let capacity: Int

  /// A factor without rows; so many can be added.
  package init(capacity: Int) {
    self.capacity = capacity
    columns = [Double](repeating: 0, count: capacity * capacity)
  }

  /// Adds a row of A.
  ///
  /// - Parameters:
  ///   - row: its elements left of the diagonal, one for each row so far.
  ///   - diagonal: the last one. Where rounding leaves nothing of it, a very small number takes its place.
  package mutating func append(_ row: [Double], diagonal: Double) {
    let solved = solve(row)
    var rest = diagonal
    for (column, value) in solved.enumerated() {
      columns[column * capacity + count] = value
      rest -= value * value
    }
    columns[count * capacity + count] = max(rest, 1e-12).squareRoot()
    count += 1
  }

  /// The solution x of L · x = b.
  ///
  /// Column by column, so that the inner loop has no sum whose order could matter.
  package func solve(_ right: [Double]) -> [Double] {
    var solution = right
    columns.withUnsafeBufferPointer { columns in
      solution.withUnsafeMutableBufferPointer { solution in
        for column in 0..<count {
          let start = column * capacity
          let value = solution[column] / columns[start + column]
          solution[column] = value
          for row in column + 1..<max(column + 1, count) { solution[row] -= columns[start + row] * value }
        }
      }
    }
    return solution
  }

  /// The logarithm of A's determinant.
  package var logDeterminant: Double {
    (0..<count).reduce(0) { $0 + 2 * logarithm(columns[$1 * capacity + $1]) }
  }
}
