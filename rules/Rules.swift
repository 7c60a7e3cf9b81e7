// SPDX-License-Identifier: Apache-2.0

/// The YAML files of this folder, embedded in code so that the binary carries them.
package enum Rules {
  /// `models.yaml`: model-name patterns, the generation each belongs to, and traits. UTF-8.
  package static var models: [UInt8] { PackageResources.models_yaml }
  /// `vendors.yaml`: where vendors are, and which dialect each speaks. UTF-8.
  package static var vendors: [UInt8] { PackageResources.vendors_yaml }
  /// `findings.yaml`: what each finding is, does, and what is done about it. UTF-8.
  package static var findings: [UInt8] { PackageResources.findings_yaml }
}
