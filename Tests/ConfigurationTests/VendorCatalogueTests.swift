// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Testing

@Suite("What is known of vendors")
struct VendorCatalogueTests {
  static let entries = VendorCatalogue.embedded.entries

  static let urls: [(url: String, name: String?)] = [
    ("https://api.moonshot.ai/v1", "moonshot"), ("https://api.moonshot.cn/v1", "moonshot"),
    ("HTTPS://API.Moonshot.AI/v1/", "moonshot"), ("https://api.moonshot.ai/anything", "moonshot"),
    ("https://api.kimi.com/coding/v1", "kimi-coding"), ("https://api.deepinfra.com/v1/openai", "deepinfra"),
    ("https://api.fireworks.ai/inference/v1", "fireworks"), ("https://cloud.infini-ai.com/maas/v1", "infinigence"),
    ("https://api.novita.ai/openai", "novita"), ("https://api.novita.ai/v3/openai", "novita"),
    ("https://api.siliconflow.cn/v1", "siliconflow"), ("https://api.siliconflow.com/v1", "siliconflow"),
    ("https://llm.chutes.ai/v1", "chutes"), ("https://ark.cn-beijing.volces.com/api/v3", "volcengine"),
    ("https://api.ppinfra.com/v3/openai", "ppio"), ("https://inference.baseten.co/v1", "baseten"),
    ("https://api.atlascloud.ai/v1", "atlascloud"), ("https://api.together.ai/v1", "together"),
    ("https://api.together.xyz/v1", "together"), ("https://api.groq.com/openai/v1", "groq"),
    ("https://api.tokenfactory.nebius.com/v1", "nebius"), ("https://api.gmi-serving.com/v1", "gmicloud"),
    ("https://api.parasail.io/v1", "parasail"), ("https://openrouter.ai/api/v1", "openrouter"),
    ("https://integrate.api.nvidia.com/v1", "nvidia"), ("https://router.huggingface.co/v1", "huggingface"),
    ("https://inference.do-ai.run/v1", "digitalocean"),
    ("https://api.cloudflare.com/client/v4/accounts/1/ai/v1", "cloudflare"),
    ("https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/openapi", "google-vertex"),
    ("https://api.moonshot.ai.example/v1", nil), ("https://moonshot.ai/v1", nil), ("http://127.0.0.1:8000/v1", nil),
    ("not a URL", nil),
  ]

  @Test("a base URL finds its vendor", arguments: urls)
  func host(_ url: String, _ name: String?) { #expect(VendorCatalogue.embedded.entry(at: url)?.name == name) }

  @Test("no two entries have one name or one base URL, and each finds itself")
  func unique() {
    #expect(Set(Self.entries.map(\.name)).count == Self.entries.count)
    let urls = Self.entries.flatMap(\.baseURLs)
    #expect(Set(urls).count == urls.count)
    for entry in Self.entries { for url in entry.baseURLs { #expect(VendorCatalogue.embedded.entry(at: url)?.name == entry.name) } }
  }

  @Test("every fact has a source or is marked as unverified", arguments: entries)
  func sources(_ entry: VendorEntry) {
    #expect(entry.title != nil)
    let marked = entry.unverified + entry.sources.map(\.key)
    for key in entry.keys where !["title", "notes", "variants", "unverified", "sources"].contains(key) {
      // A fact that is only said to be unknown needs no source.
      if key == "strict" && entry.profile.strict == .unknown { continue }
      #expect(marked.contains { $0 == key || $0.hasPrefix("\(key).") }, "\(entry.name): \(key)")
    }
    for rules in [entry.changes.normalize] + entry.variants.map(\.changes.normalize) {
      for rule in rules ?? [] {
        #expect(entry.sources.contains { $0.key == "normalize.\(rule.rawValue)" }, "\(entry.name): \(rule)")
      }
    }
  }

  @Test("requests are changed without being asked for only where a source says that it is needed")
  func normalizations() {
    let names = Self.entries.filter { !($0.changes.normalize ?? []).isEmpty }.map(\.name)
    #expect(names == ["kimi-coding", "moonshot", "novita", "vllm", "ppio"])
  }

  private func configuration(_ yaml: String) throws -> BelayConfiguration { try BelayConfiguration.load(yaml) }

  @Test("a vendor speaks what is known of its host, and each model its own variant")
  func moonshot() throws {
    let vendor = try #require(try configuration("vendors: {m: https://api.moonshot.ai/v1}").vendors.first)
    #expect(vendor.profile.name == "moonshot")
    #expect(vendor.profile.thinking == .thinking && vendor.profile.reasoningKey == .reasoningContent)
    #expect(vendor.profile.usage == .choice && vendor.profile.errors == .openAI && vendor.profile.blankContent == .omit)
    #expect(vendor.profile.normalize == [.content, .reasoning, .sampling])
    #expect(vendor.profile.toolChoiceRequired == .unknown)
    let k3 = vendor.profile(for: "kimi-k3")
    #expect([k3.toolChoiceNone, k3.toolChoiceRequired, k3.toolChoiceNamed, k3.strict] == [.yes, .yes, .ignored, .yes])
    #expect(k3.normalize == vendor.profile.normalize)
    #expect(vendor.profile(for: "kimi-k2.6").toolChoiceRequired == .thinkingOff)
    #expect(vendor.profile(for: "kimi-k2.7-code").toolChoiceNamed == .no)
    #expect(vendor.profile(for: "kimi-k2-0905-preview") == vendor.profile)
  }

  @Test("a host that nobody knows gets no guesses")
  func unknown() throws {
    let vendor = try #require(try configuration("vendors: {a: http://127.0.0.1:8000/v1}").vendors.first)
    #expect(vendor.profile == VendorProfile(name: "unknown"))
    #expect(vendor.variants.isEmpty)
  }

  @Test("a profile can be named, and what the vendor's entry says wins over it, for every model")
  func overridden() throws {
    let yaml = """
      vendors:
        a: { base_url: "http://127.0.0.1:8000/v1", profile: vllm }
        b:
          base_url: https://b.example/v1
          profile: moonshot
          thinking: unknown
          reasoning_key: reasoning
          tool_choice: { none: no, named: yes }
          strict: ignored
          builtin_tools: no
          partial: no
          blank_content: null
          usage: top_level
          errors: bare
          normalize: none
          models: { kimi-k2.6: house-k26 }
          mode: annotate
      """
    let vendors = try configuration(yaml).vendors
    #expect(vendors[0].profile.name == "vllm" && vendors[0].profile.thinking == .templateKwargs)
    #expect(vendors[0].profile.blankContent == .null)
    for profile in [vendors[1].profile, vendors[1].profile(for: "kimi-k3")] {
      #expect(profile.thinking == nil && profile.reasoningKey == .reasoning)
      #expect([profile.toolChoiceNone, profile.toolChoiceNamed, profile.strict] == [.no, .yes, .ignored])
      #expect(profile.builtinTools == .no && profile.partialMode == .no && profile.blankContent == .null)
      #expect(profile.usage == .topLevel && profile.errors == .bare && profile.normalize.isEmpty)
    }
    #expect(vendors[1].profile(for: "kimi-k3").toolChoiceRequired == .yes)
    #expect(vendors[1].models == ["kimi-k2.6": "house-k26"])
    #expect(vendors[1].mode == .annotate)
  }

  @Test("single normalizations can be switched on")
  func single() throws {
    let yaml = """
      vendors:
        a: { base_url: https://a.example/v1, normalize: { thinking: on, content: off } }
        b: { base_url: https://b.example/v1, normalize: all }
        c: { base_url: https://c.example/v1, normalize: content }
        d: { base_url: https://d.example/v1, normalize: [content, result_name] }
      """
    let sets = try configuration(yaml).vendors.map(\.profile.normalize)
    #expect(sets == [[.thinking], Set(VendorProfile.RequestRule.allCases), [.content], [.content, .resultName]])
  }

  @Test("the user's entries amend those that are known, and add others, which are looked at first")
  func rules() throws {
    let yaml = """
      vendors:
        a: https://api.moonshot.ai/v1
        b: https://k2.house.example/serving/v1
        c: https://k2.house.example/other/v1
        d: https://api.fireworks.ai/inference/v1
      rules:
        vendors:
          moonshot: { usage: top_level, variants: [{ models: "kimi-k3*", strict: no }] }
          house: { hosts: [k2.house.example/serving], strict: yes }
          ours: { base_urls: ["https://api.fireworks.ai/x"], title: Our contract }
      """
    let configuration = try configuration(yaml)
    let vendors = configuration.vendors
    #expect(vendors.map(\.profile.name) == ["moonshot", "house", "unknown", "ours"])
    #expect(vendors[0].profile.usage == .topLevel && vendors[0].profile.thinking == .thinking)
    #expect(vendors[0].profile(for: "kimi-k3").strict == .no)
    #expect(vendors[0].profile(for: "kimi-k3-moonshot-x").strict == .no)
    #expect(vendors[0].profile(for: "x-kimi-k3").toolChoiceNamed == .ignored)
    #expect(vendors[1].profile.strict == .yes)
    #expect(configuration.catalogue.entry(named: "ours")?.title == "Our contract")
  }

  @Test("another URL from a flag takes another profile, and nothing from the entry")
  func flag() throws {
    let yaml = "vendors: {a: {base_url: https://api.moonshot.ai/v1, strict: yes}}"
    let overrides = Overrides(vendors: ["a=https://llm.chutes.ai/v1"])
    let vendors = try BelayConfiguration.load(yaml, overrides: overrides).vendors
    #expect(vendors.map(\.profile) == [VendorCatalogue.embedded.entry(named: "chutes")?.profile])
  }

  static let mistakes: [(yaml: String, problem: String)] = [
    ("strict: maybe", "3:13: `vendors.v.strict` cannot be \"maybe\""),
    ("profile: vlm", "3:14: `vendors.v.profile` names no known profile: \"vlm\": did you mean `vllm`?"),
    ("tool_choice: yes", "3:18: `vendors.v.tool_choice` must be a mapping, and this is a single value"),
    ("tool_choice: {requird: yes}", "3:19: unknown key `requird` in `vendors.v.tool_choice`: did you mean `required`?"),
    ("thinking: reasoned", "3:15: `vendors.v.thinking` cannot be \"reasoned\""),
    ("normalize: [contents]", "3:17: `vendors.v.normalize[0]` cannot be \"contents\": did you mean `content`?"),
    ("normalize: {content: maybe}", "3:26: `vendors.v.normalize.content` is neither yes nor no: \"maybe\""),
    ("normalize: some", "3:16: `vendors.v.normalize` cannot be \"some\""),
    ("models: [x]", "3:13: `vendors.v.models` must be a mapping, and this is a list"),
    ("mode: watch", "3:11: `vendors.v.mode` cannot be \"watch\""),
  ]

  @Test("mistakes in a vendor's entry are told with their place", arguments: mistakes)
  func mistake(_ line: String, _ problem: String) {
    let yaml = "vendors:\n  v: {base_url: https://v.example/v1,\n    \(line)}\n"
    #expect(headlines(problems(yaml)) == ["belay.yaml:\(problem)"])
  }

  @Test("mistakes in the user's rules as well")
  func ruleMistakes() {
    let yaml = withVendor(
      "rules:\n  vendors:\n    V1: {title: x}\n    w: {base_urls: [x.example], variants: [{strict: yes}]}\n"
        + "    x: {unverified: [toolchoice], sources: {usag: y}, hots: z}\n")
    #expect(
      headlines(problems(yaml)) == [
        "5:5: `rules.vendors.V1` is not a vendor's name",
        "6:21: `rules.vendors.w.base_urls[0]` is not a URL: \"x.example\" has no scheme",
        "6:44: `rules.vendors.w.variants[0]` has no `models`",
        "7:22: `rules.vendors.x.unverified[0]` is no key of a vendor's entry: \"toolchoice\": did you mean `tool_choice`?",
        "7:45: `rules.vendors.x.sources.usag` is no key of a vendor's entry: \"usag\": did you mean `usage`?",
        "7:55: unknown key `hots` in `rules.vendors.x`: did you mean `hosts`?",
      ].map { "belay.yaml:\($0)" })
  }
}
