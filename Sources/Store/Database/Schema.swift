// SPDX-License-Identifier: Apache-2.0

/// The tables. `key` and `exchange` are an ``ExchangeKey``: every index ends with it, so that whatever an index selects
/// comes newest first, page by page, without sorting.
enum Schema {
  /// What nearly every exchange has in common (status 200, completed, nothing found) is not indexed: there the walk along
  /// the key finds the next match at once.
  static let exchanges = """
    CREATE TABLE exchange (
      key INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, id TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
      vendor TEXT NOT NULL, model TEXT NOT NULL, mode TEXT NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL,
      error TEXT NOT NULL, fault TEXT NOT NULL, verdict TEXT NOT NULL, inspected INTEGER NOT NULL, stream INTEGER NOT NULL,
      first_finish_reason TEXT NOT NULL, finish_reason TEXT NOT NULL,
      calls INTEGER NOT NULL, k2vv_valid INTEGER NOT NULL, k2vv_checked INTEGER NOT NULL, valid_calls INTEGER NOT NULL,
      ids_rewritten INTEGER NOT NULL, attempts INTEGER NOT NULL, findings INTEGER NOT NULL, edits INTEGER NOT NULL,
      repairs INTEGER NOT NULL, comparisons INTEGER NOT NULL,
      input_tokens INTEGER, output_tokens INTEGER, cached_tokens INTEGER, reasoning_tokens INTEGER,
      request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL,
      first_byte_ns INTEGER, first_token_ns INTEGER, total_ns INTEGER NOT NULL, overhead_ns INTEGER,
      stored_bytes INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX exchange_sequence ON exchange (sequence);
    CREATE INDEX exchange_vendor ON exchange (vendor);
    CREATE INDEX exchange_model ON exchange (model);
    CREATE INDEX exchange_status ON exchange (status) WHERE status <> 200;
    CREATE INDEX exchange_outcome ON exchange (outcome) WHERE outcome <> 'completed';
    CREATE INDEX exchange_verdict ON exchange (verdict) WHERE verdict <> '' AND verdict <> 'ok';
    CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

    """

  /// `label` has, once an exchange, what the filters with `has` look for: a finding's code and each dotted prefix of it (so
  /// that `completion` is as quick as `completion.empty`), `tool:NAME`, `repair:RULE`.
  static let details = """
    CREATE TABLE label (code TEXT NOT NULL, exchange INTEGER NOT NULL, PRIMARY KEY (code, exchange)) STRICT, WITHOUT ROWID;
    CREATE TABLE finding (
      exchange INTEGER NOT NULL, number INTEGER NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL,
      choice INTEGER, call INTEGER, path TEXT NOT NULL, message TEXT NOT NULL, attempt INTEGER,
      PRIMARY KEY (exchange, number)
    ) STRICT, WITHOUT ROWID;

    """

  /// `content` has what is only asked for with its exchange (``PackedDetails``): attempts, calls, repairs, and
  /// the chunks of its messages as packed numbers (``Recipe``). `chunk` finds one by its digest and says when it
  /// was last used, in seconds; its bytes lie apart, so that saying so does not rewrite them.
  static let bodies = """
    CREATE TABLE content (exchange INTEGER PRIMARY KEY, details BLOB NOT NULL) STRICT;
    CREATE TABLE chunk (digest BLOB PRIMARY KEY, id INTEGER NOT NULL, used INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE chunk_data (id INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL) STRICT;

    """

  /// Sums by hour (since the epoch), for overviews that no walk along the rows could make quickly, kept when the rows are
  /// gone.
  static let rollups = """
    CREATE TABLE rollup (
      hour INTEGER NOT NULL, vendor TEXT NOT NULL, model TEXT NOT NULL,
      requests INTEGER NOT NULL, inspected INTEGER NOT NULL, streams INTEGER NOT NULL, errors INTEGER NOT NULL,
      abandoned INTEGER NOT NULL, with_calls INTEGER NOT NULL, calls INTEGER NOT NULL, k2vv_checked INTEGER NOT NULL,
      k2vv_valid INTEGER NOT NULL, valid_calls INTEGER NOT NULL, call_finishes INTEGER NOT NULL,
      call_finishes_valid INTEGER NOT NULL, retries INTEGER NOT NULL, retried INTEGER NOT NULL, repairs INTEGER NOT NULL,
      ids_rewritten INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
      cached_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, request_bytes INTEGER NOT NULL,
      response_bytes INTEGER NOT NULL, rated_tokens INTEGER NOT NULL, rated_ns INTEGER NOT NULL, rated INTEGER NOT NULL,
      PRIMARY KEY (hour, vendor, model)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rollup_finding (
      hour INTEGER NOT NULL, vendor TEXT NOT NULL, model TEXT NOT NULL, code TEXT NOT NULL, exchanges INTEGER NOT NULL,
      PRIMARY KEY (hour, vendor, model, code)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rollup_time (
      hour INTEGER NOT NULL, vendor TEXT NOT NULL, model TEXT NOT NULL, measure INTEGER NOT NULL, bucket INTEGER NOT NULL,
      samples INTEGER NOT NULL,
      PRIMARY KEY (hour, vendor, model, measure, bucket)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rollup_drop (
      minute INTEGER NOT NULL, reason TEXT NOT NULL, exchanges INTEGER NOT NULL, PRIMARY KEY (minute, reason)
    ) STRICT, WITHOUT ROWID;

    """

  /// Who was asked, where that was not the exchange's vendor, who answered: first, and by the attempt that a finding tells of.
  static let asked = """
    ALTER TABLE exchange ADD COLUMN first_vendor TEXT NOT NULL DEFAULT '';
    ALTER TABLE finding ADD COLUMN vendor TEXT NOT NULL DEFAULT '';

    """

  /// Words of chunks, and which exchanges a chunk is in. The index keeps no text of its own: it lists, for each word, chunks.
  static let text = """
    CREATE TABLE piece (chunk INTEGER NOT NULL, exchange INTEGER NOT NULL, PRIMARY KEY (chunk, exchange)) STRICT, WITHOUT ROWID;
    CREATE VIRTUAL TABLE word_index USING fts5 (words, content = '', detail = 'none', columnsize = 0, tokenize = 'ascii');

    """

  /// The comparisons with a reference. `exchange` of `fidelity` is an exchange's id, not its key: a
  /// comparison comes seconds after its exchange and outlives it. `shadow_job` is what waits to be shadowed,
  /// `shadow_spent` what shadows have cost, by days since the epoch.
  static let fidelity = """
    CREATE TABLE fidelity (
      id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, exchange TEXT, kind TEXT NOT NULL, vendor TEXT NOT NULL,
      model TEXT NOT NULL, reference TEXT NOT NULL, conversation TEXT NOT NULL, cell TEXT NOT NULL, tools TEXT NOT NULL,
      answer TEXT NOT NULL, other TEXT NOT NULL, has_arguments INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX fidelity_time ON fidelity (time, id);
    CREATE INDEX fidelity_slice ON fidelity (vendor, model, time, id);
    CREATE UNIQUE INDEX fidelity_exchange ON fidelity (exchange, kind, reference) WHERE exchange IS NOT NULL;
    CREATE INDEX fidelity_arguments ON fidelity (time) WHERE has_arguments = 1;
    CREATE TABLE shadow_job (
      exchange TEXT PRIMARY KEY, queued INTEGER NOT NULL, head TEXT NOT NULL, body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE shadow_spent (
      day INTEGER NOT NULL, reference TEXT NOT NULL, requests INTEGER NOT NULL, tokens INTEGER NOT NULL,
      PRIMARY KEY (day, reference)
    ) STRICT, WITHOUT ROWID;

    """
}
