// swift-tools-version: 6.1
import Foundation
import PackageDescription

// libtorch, a folder with `include/` and `lib/`: the one that the variable LIBTORCH names, otherwise .deps/libtorch, which
// `scripts/bootstrap` makes: fetched, or a link to an installed PyTorch.
let named = Context.environment["LIBTORCH"] ?? ""
let libtorch = named.isEmpty ? Context.packageDirectory + "/.deps/libtorch" : named
let torchInclude = ["-I\(libtorch)/include", "-I\(libtorch)/include/torch/csrc/api/include"]
let torchRunPath = ["-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]
let torchLink = ["-L\(libtorch)/lib"] + torchRunPath

// CUDA's headers, from CUDA_HOME or from .deps/cuda, where `scripts/bootstrap` puts them. Only the second library is compiled
// with them; without them there is no such library, and all else is the same.
let cudaHome = Context.environment["CUDA_HOME"] ?? ""
let cuda = cudaHome.isEmpty ? Context.packageDirectory + "/.deps/cuda" : cudaHome
let hasCUDAHeaders = ["\(cuda)/include/cuda_runtime.h", "\(libtorch)/include/ATen/cuda/CUDAGraph.h"]
  .allSatisfy {
    FileManager.default.fileExists(atPath: $0)
  }

// Libraries are linked statically where the system has archives of all of them, so that the program runs on a machine
// without them; otherwise as shared libraries. What an archive needs itself is linked where it is there too.
func systemLibraries(_ names: [String], neededByArchives: [String] = []) -> [String] {
  let folders = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu" } + ["/usr/lib64", "/usr/lib"]
  func archives(_ names: [String], in folder: String) -> [String] {
    names.filter { FileManager.default.fileExists(atPath: "\(folder)/lib\($0).a") }
  }
  guard let folder = folders.first(where: { archives(names, in: $0) == names }) else {
    return names.map { "-l\($0)" }
  }
  let archived = names + archives(neededByArchives, in: folder)
  // Nothing outside of the program may take these functions for those of a shared library of the same name.
  return archived.flatMap { ["-Xlinker", "-l:lib\($0).a", "-Xlinker", "--exclude-libs=lib\($0).a"] } + [
    "-lz", "-lm", "-lstdc++",
  ]
}

let openSSL = systemLibraries(["crypto"])

// For modules without inner loops, which read options, ask and print: it shortens a first build.
let notOptimised: [SwiftSetting] = [.unsafeFlags(["-Onone"], .when(configuration: .release))]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// The standard library is a part of what is linked with this, so that it runs on a machine without Swift. The compiler's own
// list of what its static Foundation needs lacks these libraries.
let staticStandardLibrary = ["-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections"]
let programLink = ["-lCoreFoundation", "-l_FoundationICU"] + staticStandardLibrary
let pythonLibraryLink =
  staticStandardLibrary + [
    "-Xlinker", "-z", "-Xlinker", "defs", "-Xlinker", "--exclude-libs=ALL", "-Xlinker", "-Bsymbolic",
    "-Xlinker", "-soname=libpba.so",
    "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/PythonLibrary/exports.map",
  ]

// Loaded at run time beside libtorch_cuda, whose symbols stay open until then; no program links it.
let cudaLibrary: (products: [Product], targets: [Target]) =
  hasCUDAHeaders
  ? (
    [.library(name: "CTorchCUDA", type: .dynamic, targets: ["CTorchCUDA"])],
    [
      .target(
        name: "CTorchCUDA", cxxSettings: [.unsafeFlags(torchInclude + ["-I\(cuda)/include"])],
        linkerSettings: [
          .unsafeFlags(torchLink), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
        ])
    ]
  ) : ([], [])

// What other packages may import; how a program is started belongs to the benchmarks beside this one.
let libraries = [
  "Augmentation", "CProcess", "Command", "Comparison", "Datasets", "Files", "ImageFiles", "Images", "Interop",
  "Models", "Policies", "PopulationBasedTraining", "Recipes", "Reports", "RunStore", "Search", "Spaces",
  "Statistics",
  "Text", "Threads", "Torch", "Training", "Workers",
]

let package = Package(
  name: "swift-pba",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "pba", targets: ["pba"]),
    // Loaded when the first tensor is made; stands beside the program.
    .library(name: "CTorch", type: .dynamic, targets: ["ATenBackend"]),
    // `libpba`: what the Python package calls. With --static-swift-stdlib it needs nothing of Swift.
    .library(name: "pba-python", type: .dynamic, targets: ["PythonLibrary"]),
  ] + libraries.map { .library(name: $0, targets: [$0]) } + cudaLibrary.products,
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "Files", dependencies: ["COpenSSL"],
      linkerSettings: [.unsafeFlags(openSSL)]),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: openSSL.contains("-lcrypto") ? "libcrypto" : nil,
      providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
    // Vector code for pixels; what is plain C is compiled for each set of instructions and chosen at run time.
    .target(name: "CPixels"),
    // Takes the place of functions that only new systems' C and C++ libraries have.
    .target(name: "CCompatibility"),
    .target(name: "Threads"),
    .target(name: "Text"),
    .target(name: "Statistics"),
    .target(name: "HTTPServer", dependencies: ["Threads"]),
    .target(name: "Augmentation", dependencies: ["CPixels", "Images", "Text", "Threads"]),
    // Belongs to the program alone: it replaces the C library's functions for memory by checked ones.
    .target(name: "CProcess", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "PopulationBasedTraining"),
    // The C interface over libtorch, which goes on to the library CTorch. Needs libtorch's headers for its version alone, and
    // the place where the library looks for libtorch.
    .target(
      name: "CTorch", cSettings: [.unsafeFlags(torchInclude)],
      linkerSettings: [
        .unsafeFlags(torchRunPath), .linkedLibrary("dl", .when(platforms: [.linux])),
      ]),
    // No target waits for it. Its name makes it the last: SwiftPM starts what is ready from Z to A.
    .target(
      name: "ATenBackend", sources: ["unity.cpp", "kernels"],
      cxxSettings: [.unsafeFlags(torchInclude + ["-fvisibility=hidden"])],
      linkerSettings: [
        .unsafeFlags(torchLink), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
        // Loads libtorch_cuda and the library CTorchCUDA.
        .linkedLibrary("dl", .when(platforms: [.linux])),
        .linkedLibrary("m", .when(platforms: [.linux])),
        // A function that is declared and nowhere defined is an error here, not when the library is loaded.
        .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "defs"], .when(platforms: [.linux])),
        // It holds no Swift, and so does not begin by it nor ask for its library.
        .unsafeFlags(["-nostartfiles", "-static-stdlib"], .when(platforms: [.linux])),
      ]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    // Needs libcurl's header to build; the library itself is loaded at the first download.
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(name: "CFileSystems"),

    .target(
      name: "CImageDecoders",
      linkerSettings: [
        .unsafeFlags(
          systemLibraries(
            ["tiff", "webpdemux", "webp", "jpeg", "gif"],
            neededByArchives: ["sharpyuv", "zstd", "lzma", "Lerc", "deflate"]))
      ]),

    .target(name: "Torch", dependencies: ["CTorch"]),
    .target(name: "Policies", dependencies: ["Augmentation", "Files", "PopulationBasedTraining", "Text"]),
    .target(name: "Images"),
    .target(name: "ImageFiles", dependencies: ["CImageDecoders", "CPNG", "Files", "Images"]),

    .target(name: "Models", dependencies: ["Torch"]),
    .target(
      name: "Datasets",
      dependencies: [
        "Augmentation", "Files", "ImageFiles", "Images", "CCurl", "CFileSystems", "CZlib", "Text", "Threads",
      ],
      resources: [.copy("Resources/FashionMNIST")]),

    .target(
      name: "RunStore",
      dependencies: [
        "Augmentation", "Files", "Policies", "PopulationBasedTraining", "Statistics", "Text", grdb, sqlite,
        yams,
      ]),

    .target(
      name: "Training",
      dependencies: [
        "Augmentation", "Datasets", "Files", "Images", "Models", "Policies", "RunStore", "Text", "Threads",
        "Torch",
      ]),
    .target(
      name: "Search",
      dependencies: [
        "Augmentation", "Files", "Policies", "PopulationBasedTraining", "RunStore", "Text", "Threads",
      ]),

    .target(
      name: "Workers",
      dependencies: [
        "CFileSystems", "Datasets", "Files", "Policies", "PopulationBasedTraining", "RunStore", "Search",
        "Text", "Threads",
        "Torch", "Training",
      ], swiftSettings: notOptimised),
    .target(
      name: "Comparison",
      dependencies: ["Datasets", "Files", "Policies", "RunStore", "Text", "Threads", "Torch", "Training"],
      swiftSettings: notOptimised),

    // Needs no header of librsvg: the library is loaded when the first drawing becomes a PNG.
    .target(name: "CVectorGraphics", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(
      name: "Reports",
      dependencies: [
        "Augmentation", "CVectorGraphics", "Files", "ImageFiles", "Images", "Policies",
        "PopulationBasedTraining", "RunStore", "Statistics", "Text", "Threads",
      ]),
    .target(name: "Interop", dependencies: ["Augmentation", "Files", "Policies", "Text"]),

    // The published experiments: a YAML file each, and what reads them.
    .target(
      name: "Recipes", dependencies: ["Files", "Text", yams], path: "Recipes", sources: ["Reader"],
      resources: [
        .copy("base.yaml"), .copy("search"), .copy("table_1_cifar10"), .copy("table_2_cifar100"),
        .copy("table_3_rcifar10"), .copy("table_4_rsvhn"), .copy("table_4_svhn"),
      ], swiftSettings: notOptimised),

    // The ready-made search spaces: a YAML file each, and what reads such files.
    .target(
      name: "Spaces", dependencies: ["Files", "Policies", "Text", yams], path: "Spaces", sources: ["Reader"],
      resources: [
        .copy("digits.yaml"), .copy("documents.yaml"), .copy("microscopy.yaml"), .copy("natural.yaml"),
        .copy("pba.yaml"), .copy("satellite.yaml"),
      ], swiftSettings: notOptimised),

    // The C interface of augmentation and policies, for Python. It shows its own functions and nothing else.
    .target(
      name: "PythonLibrary",
      dependencies: ["Augmentation", "CCompatibility", "Images", "Policies", "Text", "Threads"],
      exclude: ["exports.map", "pba.h"],
      linkerSettings: [.unsafeFlags(pythonLibraryLink, .when(platforms: [.linux]))]),

    // The command line
    .target(
      name: "Command",
      dependencies: [
        "Augmentation", "Comparison", "Datasets", "Files", "HTTPServer", "ImageFiles", "Images", "Interop",
        "Models", "Policies", "PopulationBasedTraining", "Recipes", "Reports", "RunStore", "Search", "Spaces",
        "Text", "Threads", "Torch", "Training", "Workers", argumentParser, yams,
      ], swiftSettings: notOptimised),
    .executableTarget(
      name: "pba", dependencies: ["CCompatibility", "CImageDecoders", "Command", "CProcess"],
      linkerSettings: [.unsafeFlags(programLink, .when(platforms: [.linux]))]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Command", "Comparison", "Datasets", "Files", "Models", "Policies", "Recipes", "Reports", "RunStore",
        "Search", "Spaces", "TestSupport", "Text", "Training", "Workers", argumentParser, yams,
      ], exclude: ["Help"]),
    .testTarget(name: "TextTests", dependencies: ["Text"]),

    // Runs a network for the comparison with PyTorch.
    .executableTarget(name: "network-probe", dependencies: ["Models", "Torch"], path: "Tests/pytorch/probe"),

    // What several test targets use; only they depend on it.
    .target(
      name: "TestSupport", dependencies: ["Policies", "RunStore", "Search", "Threads"], path: "Tests/Support"),
    .testTarget(name: "ThreadsTests", dependencies: ["TestSupport", "Threads"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
    .testTarget(name: "HTTPServerTests", dependencies: ["HTTPServer"]),
    .testTarget(name: "AugmentationTests", dependencies: ["Augmentation", "Images"]),
    .testTarget(
      name: "PopulationBasedTrainingTests",
      dependencies: ["PopulationBasedTraining", "Augmentation"]),
    .testTarget(
      name: "PoliciesTests",
      dependencies: ["Policies", "Augmentation", "PopulationBasedTraining", "TestSupport", "Text"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "ImagesTests", dependencies: ["Images"]),
    .testTarget(
      name: "ImageFilesTests", dependencies: ["Augmentation", "ImageFiles", "Images", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Augmentation", "Files", "Images", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "TorchTests", dependencies: ["TestSupport", "Torch"]),
    .testTarget(name: "ModelsTests", dependencies: ["Models"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "Reports", "Augmentation", "Files", "ImageFiles", "Images", "Policies", "PopulationBasedTraining",
        "RunStore",
      ]),
    .testTarget(
      name: "InteropTests",
      dependencies: ["Interop", "Augmentation", "Images", "Policies", "TestSupport", "Text"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Augmentation", "Datasets", "Files", "Policies", "RunStore", "TestSupport", "Torch",
      ]),
    .testTarget(
      name: "RecipesTests", dependencies: ["Recipes", "Policies", "TestSupport", "Training", "Models"]),
    .testTarget(
      name: "SpacesTests", dependencies: ["Spaces", "Augmentation", "Policies", "TestSupport", "Text"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"]),
    .testTarget(
      name: "RunStoreTests",
      dependencies: ["RunStore", "Files", "Policies", "Statistics", "TestSupport", grdb]),
    .testTarget(
      name: "SearchTests",
      dependencies: [
        "Search", "Augmentation", "Datasets", "Files", "Training", "Torch", "RunStore", "Policies",
        "PopulationBasedTraining", "TestSupport", "Threads", "Workers", "Comparison", "Text", grdb,
      ]),
    .testTarget(
      name: "WorkersTests",
      dependencies: [
        "Datasets", "Files", "Policies", "RunStore", "Search", "TestSupport", "Text", "Threads", "Torch",
        "Training", "Workers",
      ]),
    // Operations, explorers and executors that the program does not know, without libtorch.
    .testTarget(
      name: "ExtensionTests",
      dependencies: [
        "Augmentation", "Images", "Policies", "PopulationBasedTraining", "Reports", "RunStore", "Search",
        "TestSupport", "Threads",
      ]),
    // The examples of the documentation.
    .testTarget(
      name: "DocumentationTests",
      dependencies: [
        "Augmentation", "Datasets", "Images", "Policies", "PopulationBasedTraining", "RunStore", "Search",
        "TestSupport", "Text", "Threads", "Torch", "Training", "Workers",
      ]),
  ] + cudaLibrary.targets,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
