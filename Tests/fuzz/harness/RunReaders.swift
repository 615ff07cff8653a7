import Files
import Foundation
import Torch
import Training

@testable import Command

/// The readers of settings, weights and checkpoints.
let runReaders = [
  Reader("safetensors") { bytes in
    let file = try Safetensors(Data(bytes), name: "input")
    _ = Safetensors.body(of: Data(bytes))
    let written = try file.encoded()
    let again = try Safetensors(written, name: "again").encoded()
    precondition(again == written, "weights that change when they are written and read again")
  },
  Reader("checkpoint") { bytes in
    // The seal is right, or nothing behind it would be reached.
    let metadata = [
      "format": "pba-checkpoint", "version": "2", "info": String(decoding: bytes, as: UTF8.self),
    ]
    let file = try Safetensors(tensors: [], metadata: metadata).encoded { header, body in
      ["sha256": FileDigest(of: Data(header) + Data(FileDigest(of: body).sha256.utf8)).sha256]
    }
    _ = try Trainer.checkpointInfo(file, name: "input")
  },
  Reader("settings") { bytes in
    let settings = try Settings(contentsOf: InputFile.holding(bytes))
    _ = try settings.searchConfiguration()
  },
  Reader("class-weights") { bytes in
    let weights = try ClassWeightsSetting.file(InputFile.holding(bytes)).weights()
    guard case .ofFile(_, let content) = weights else { fatalError("weights that forgot their file") }
    let again = try JSONDecoder().decode(ClassWeights.self, from: JSONEncoder().encode(weights))
    precondition(again == content, "weights that change when they are recorded and read again")
  },
]
