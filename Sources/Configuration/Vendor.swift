// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// One endpoint that serves a model with OpenAI's chat-completions API.
package struct Vendor: Equatable, Sendable {
  /// A header that is sent to this vendor with every request. Its value may be a key, so it is never printed.
  package struct Header: Equatable, Sendable {
    package let name: String
    package let value: Secret

    package init(name: String, value: Secret) {
      self.name = name
      self.value = value
    }
  }

  /// `^[a-z0-9][a-z0-9_-]*$` and not `v1`: it stands in paths (`/{name}/v1/...`), logs and reports.
  package let name: String
  /// `http` or `https`, host, port, path; scheme and host in lower case, no `/` at the end, no credentials, query or
  /// fragment.
  package let baseURL: String
  /// Sent as `Authorization: Bearer`. Nil: the client's own `Authorization` passes through.
  package var apiKey: Secret?
  /// What its models are, whatever they are called. Nil: the model's name decides.
  package let generation: Generation?
  package let headers: [Header]
  /// Its dialect, where no variant says otherwise: see ``profile(for:)``.
  package var profile: VendorProfile
  /// Its dialect for some models; the first that matches counts.
  package var variants: [ProfileVariant] = []
  /// Names of models here, by the names that clients ask another vendor for: for failover. Names that are missing are the same.
  package var models: [String: String]
  /// Nil: as everywhere.
  package var mode: Mode?

  package init(
    name: String, baseURL: String, apiKey: Secret? = nil, generation: Generation? = nil, headers: [Header] = [],
    profile: VendorProfile = VendorCatalogue.unknown, models: [String: String] = [:], mode: Mode? = nil
  ) {
    self.name = name
    self.baseURL = baseURL
    self.apiKey = apiKey
    self.generation = generation
    self.headers = headers
    self.profile = profile
    self.models = models
    self.mode = mode
  }
}
