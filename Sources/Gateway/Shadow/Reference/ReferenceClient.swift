// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import NIOCore
import Upstream

/// Asks the reference, over an engine of the shadow's own.
final class ReferenceClient: Sendable {
  private let loop: any EventLoop
  private let engine: UpstreamEngine
  private let schemas = SchemaCaches()

  /// - Throws: where the system has no thread or no descriptor left.
  init(on thread: ShadowThread) throws {
    var options = UpstreamOptions()
    options.niceness = ShadowThread.niceness
    engine = try UpstreamEngine(options)
    loop = thread.loop
  }

  func ask(_ job: ShadowJob, of reference: Vendor, _ configuration: BelayConfiguration, _ settings: ShadowSettings) async -> Outcome {
    let request: ReferenceRequest
    do {
      request = try ReferenceRequest(
        job.body, model: job.model, reference: reference, configuration, schemas: schemas, timeout: settings.timeout)
    } catch {
      return .failed(ReferenceFailure(.request, "the request cannot be made into one for it"))
    }
    let intake = ReferenceIntake(request, timeout: settings.timeout) { .now }
    let result: Result<UpstreamHead, UpstreamError>
    do throws(UpstreamError) {
      result = .success(try await engine.stream(request.upstream, on: loop, intake.take))
    } catch {
      result = .failure(error)
    }
    do throws(ReferenceFailure) {
      switch result {
      case .success(let head): return .answered(try intake.end(head))
      case .failure(let error): return .answered(try intake.end(error))
      }
    } catch {
      return .failed(error)
    }
  }

  enum Outcome: Sendable {
    case answered(ReferenceAnswer)
    case failed(ReferenceFailure)
  }

  /// The loop must still run.
  func stop() { engine.shutdown() }
}
