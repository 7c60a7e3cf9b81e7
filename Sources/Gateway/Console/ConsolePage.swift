// SPDX-License-Identifier: Apache-2.0

/// The page: a few static files, embedded in the binary as they are in `Page/`. There is no build step, and nothing comes from
/// elsewhere.
enum ConsolePage {
  static func asset(_ path: String) -> ConsoleResponse? {
    switch path {
    case "/", "/index.html": html
    case "/console.css": ConsoleResponse(type: "text/css; charset=utf-8", PackageResources.console_css)
    case "/icon.svg": ConsoleResponse(type: "image/svg+xml", PackageResources.icon_svg)
    case "/console.js": script(PackageResources.console_js)
    case "/dom.js": script(PackageResources.dom_js)
    case "/api.js": script(PackageResources.api_js)
    case "/plots.js": script(PackageResources.plots_js)
    case "/overview.js": script(PackageResources.overview_js)
    case "/exchanges.js": script(PackageResources.exchanges_js)
    case "/exchange.js": script(PackageResources.exchange_js)
    case "/fidelity.js": script(PackageResources.fidelity_js)
    case "/course.js": script(PackageResources.course_js)
    case "/comparison.js": script(PackageResources.comparison_js)
    case "/conversation.js": script(PackageResources.conversation_js)
    default: nil
    }
  }

  private static var html: ConsoleResponse { ConsoleResponse(type: "text/html; charset=utf-8", PackageResources.index_html) }
  private static func script(_ bytes: [UInt8]) -> ConsoleResponse { ConsoleResponse(type: "text/javascript; charset=utf-8", bytes) }
}
