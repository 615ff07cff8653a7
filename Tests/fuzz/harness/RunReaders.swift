import Foundation
import RunStore
import Torch
import Yams

@testable import pba

/// The readers of settings and of weights.
let runReaders = [
  Reader("safetensors") { bytes in
    let file = try Safetensors(Data(bytes), name: "input")
    _ = Safetensors.body(of: Data(bytes))
    let written = try file.encoded()
    let again = try Safetensors(written, name: "again").encoded()
    precondition(again == written, "weights that change when they are written and read again")
  },
  Reader("settings") { bytes in
    let settings = try Settings(contentsOf: InputFile.holding(bytes), withoutUseFor: [])
    _ = try settings.recipe(threads: 1, on: .cpu)
    _ = try settings.searchConfiguration()
  },
]
