// swift-tools-version: 6.1
import PackageDescription

// The benchmarks are kept apart from the program: `Benchmarks/run` builds this package and runs `pba-benchmark`.
let modules = [
  "Augmentation", "CProcess", "Command", "Datasets", "Files", "Images", "Models", "Policies",
  "RunStore", "Search", "Statistics", "Text", "Threads", "Torch", "Training",
  "Workers",
]

let package = Package(
  name: "pba-benchmark",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "pba-benchmark", targets: ["pba-benchmark"])],
  dependencies: [
    .package(name: "swift-pba", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .executableTarget(
      name: "pba-benchmark",
      dependencies: modules.map { .product(name: $0, package: "swift-pba") } + [
        .product(name: "ArgumentParser", package: "swift-argument-parser")
      ])
  ],
  swiftLanguageModes: [.v6]
)
