// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// Ctrl-C raises the stop signal instead of ending the process, for as long as this lives; the third one ends it all the same, as a
/// set that is read from a pipe may wait for ever.
final class Interrupt {
  private let source: any DispatchSourceSignal

  init(_ stop: StopSignal, console: Console) {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT)
    source.setEventHandler {
      // Rows are handed to the system whole, so that none is cut.
      if stop.level == .abort { _exit(130) }
      switch stop.raise() {
      case .finish: console.err("\nbelay: finishing what is in flight; Ctrl-C again to cancel it\n")
      default: console.err("\nbelay: cancelled; once more ends the program as it is\n")
      }
    }
    source.activate()
  }

  deinit {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}
