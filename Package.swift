// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every Swift target: Swift 6 mode, and every unsafe operation spelled out.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], fixtures: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: fixtures, swiftSettings: settings)
}

let package = Package(
  name: "belay",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "belay", targets: ["belay"]),
    .library(name: "JSON", targets: ["JSON"]),
    .library(name: "JSONSchema", targets: ["JSONSchema"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // System libraries: a module map and a shim each.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // Pure: no Foundation, NIO, clock, random source or I/O.
    library("JSON"),
    library("JSONSchema", ["JSON", "CPCRE2"]),
    library("Inspection", ["JSON", "JSONSchema"]),
    library("Fidelity", ["JSON"]),

    // What is known of models and vendors, as data.
    .target(
      name: "Rules", path: "rules",
      resources: [.embedInCode("models.yaml"), .embedInCode("vendors.yaml"), .embedInCode("findings.yaml")], swiftSettings: settings),

    // The edges.
    library("TLS", ["COpenSSL", nioCore]),
    library("Upstream", ["CCurl", "COpenSSL", nioCore]),
    library("Store", ["JSON", "Fidelity", "COpenSSL", "CZstd", grdb, sqlite]),
    library("Configuration", ["JSON", "Inspection", "Rules", "TLS", yams]),
    .target(
      name: "Gateway",
      dependencies: [
        "JSON", "Inspection", "Fidelity", "TLS", "Upstream", "Store", "Configuration", "COpenSSL", nioCore, nioPosix, nioHTTP, logging,
        lifecycle,
      ],
      // The console's page.
      resources: [
        "index.html", "console.css", "icon.svg", "console.js", "dom.js", "api.js", "plots.js", "overview.js", "exchanges.js",
        "exchange.js", "conversation.js", "fidelity.js", "comparison.js", "course.js",
      ].map { .embedInCode("Console/Page/\($0)") },
      swiftSettings: settings),
    library("Logbook", ["JSON", "Fidelity", "Inspection", "Configuration", "Store"]),
    library("Replay", ["CZlib", "JSON", "JSONSchema", "Inspection", "Fidelity", "Upstream", "Store", nioCore, nioPosix]),
    library("Simulator", ["JSON", "Store", nioCore, nioPosix, nioHTTP, lifecycle]),
    .executableTarget(
      name: "belay",
      dependencies: [
        "CMalloc", "Configuration", "Fidelity", "Gateway", "Inspection", "JSON", "JSONSchema", "Logbook", "Replay", "Simulator", "Store",
        "Upstream", arguments, logging, lifecycle, signals, nioPosix,
      ],
      swiftSettings: settings),

    // What a test takes of a core, and how that grows.
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: settings),
    tests("JSONTests", ["JSON"]),
    tests("JSONSchemaTests", ["JSON", "JSONSchema", "TestSupport"], fixtures: ["oracle"]),
    tests("InspectionTests", ["JSON", "JSONSchema", "Inspection", "TestSupport"], fixtures: ["Fixtures", "oracle"]),
    tests("FidelityTests", ["JSON", "Fidelity", "TestSupport"], fixtures: ["Fixtures"]),
    tests("ConfigurationTests", ["JSON", "Configuration", "Inspection", "TLS"]),
    tests("TLSTests", ["COpenSSL", "TLS", nioCore, nioEmbedded]),
    tests("UpstreamTests", ["COpenSSL", "Upstream", nioCore, nioPosix, nioHTTP]),
    tests(
      "GatewayTests",
      [
        "JSON", "Configuration", "Fidelity", "Gateway", "Inspection", "Simulator", "Store", "TLS", "TestSupport", "Upstream", logging,
        nioCore, nioPosix, nioHTTP, nioEmbedded,
      ]),
    // Recorded exchanges, and a gateway that shows them, for tests of the console.
    .target(name: "ConsoleSamples", dependencies: ["Fidelity", "Store"], path: "Tests/Console/Samples", swiftSettings: settings),
    .executableTarget(
      name: "console-fixture", dependencies: ["Configuration", "ConsoleSamples", "Gateway", "Store", logging], path: "Tests/Console/Server",
      swiftSettings: settings),
    tests("ConsoleTests", ["JSON", "Configuration", "ConsoleSamples", "Fidelity", "Gateway", "Inspection", "Store", logging, nioHTTP]),
    tests("SimulatorTests", ["JSON", "Simulator", nioCore, nioPosix, nioHTTP]),
    // Writes a store until it is killed, for the tests that kill it.
    .executableTarget(name: "store-load", dependencies: ["Store"], path: "Tests/StoreLoad", swiftSettings: settings),
    tests("StoreTests", ["JSON", "Fidelity", "Store", "TestSupport", "store-load", grdb]),
    tests("LogbookTests", ["JSON", "JSONSchema", "Fidelity", "Inspection", "Configuration", "Store", "Logbook", "TestSupport", "belay", grdb]),
    tests("ReplayTests", ["JSON", "JSONSchema", "Configuration", "Fidelity", "Replay", "Simulator", "Upstream", nioCore, nioPosix]),
  ]
)
