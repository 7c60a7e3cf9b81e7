// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

@Suite struct SenderNamesTests {
  @Test(
    "what load balancers and counters leave in a browser tells nobody apart",
    arguments: [
      "AWSALBCORS", "GCLB", "BIGipServerpool", "ARRAffinitySameSite", "__cf_bm", "__cflb", "incap_ses_7_42", "_ga", "_ga_G1D2E3", "_gat", "_gat_UA-1",
      "_gac_UA-1", "_gid", "theme", "csrf_token",
    ])
  func routes(cookie: String) {
    #expect(!Redaction.tellsSender(cookie: cookie) && !Redaction.tellsSender(cookie: cookie.lowercased()))
  }

  @Test(
    "a session does, whatever its application is called",
    arguments: ["_gateway_session", "_gatekeeper", "_gaia_id", "_gid_user", "_gate", "theme_user", "langflow_session", "__cookie", "sid", ""])
  func sessions(cookie: String) {
    #expect(Redaction.tellsSender(cookie: cookie))
  }

  @Test("names of headers say the same with `_` as with `-`", arguments: ["X_Request_Id", "x_amz_cf_id", "SEC_FETCH_SITE", "keep_alive"])
  func headers(name: String) {
    #expect(!Redaction.tellsSender(header: name) && !Redaction.tellsSender(header: name.replacing("_", with: "-")))
  }
}
