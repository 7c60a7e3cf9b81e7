# SPDX-License-Identifier: Apache-2.0
"""Every fault of `belay simulate`, by what mends it. `test_enforce.py` proves each line, and that none is missing."""

CLASSES = {
    # Mended by what is known of the answer itself.
    "repair": """
        leak-content leak-reasoning leak-spaced leak-singular leak-bare leak-unclosed leak-fenced leak-letter-index
        leak-markerless leak-k3 leak-k3-json leak-k3-spaced leak-k3-reasoning
        finish-stop finish-null finish-missing
        id-missing id-null id-empty id-duplicate id-from-history id-number
        index-missing index-sparse index-of-model type-missing type-null
        name-prefixed name-corrupt name-debris name-mashed
        args-object args-trailing-junk args-fenced args-thought args-double-encoded args-nested-string args-control
        args-placeholder args-snapshots args-markers args-k3-markers
        schema-number-string schema-boolean-string schema-array-string schema-optional-null""",
    # Mended by writing the assembled call anew: a client that appends, and one that does not, must both get it right.
    "shape": "id-changes name-repeated name-split",
    # An answer has come, and only another can be used.
    "retry": """
        drop-calls think-only finish-without-calls finish-empty-calls finish-length finish-error
        name-empty name-missing name-null name-undeclared
        args-empty args-null args-missing args-truncated args-spilled args-array args-scalar
        schema-required schema-additional schema-wrong-type schema-enum schema-any-of schema-bounds
        error-event error-data stream-cut garbage-event
        error-200 html-200 empty-body half-body length-too-short""",
    # A stream that nobody asked for, or none where one was asked for.
    "form": "stream-unasked stream-refused",
    # No answer, or half of one: the vendor failed, and may do better the next time.
    "failure": """
        error-tool-use error-429 error-500 error-503 error-openrouter html-502 html-503
        reset-before-headers reset-after-headers reset-mid-stream
        close-before-headers close-after-headers close-mid-stream
        stall-before-headers stall-after-headers stall-mid-stream
        length-too-long unfinished-chunks garbage huge-headers cut-at""",
    # Only another vendor helps.
    "elsewhere": "error-401 error-404 error-429-quota",
    # Nothing helps: the request itself is refused, or what the model said is filtered.
    "none": "error-400 error-content-filter error-kimi-code finish-filter",
    # Odd, and yet any client that reads the protocol gets a valid answer.
    "harmless": """
        leak-k3-unasked leak-k3-suffix leak-k3-think echo-artefact leak-end-token leak-role-tokens leak-think-tags
        calls-despite-none finish-native
        id-call id-chatcmpl id-uuid id-toolu id-official id-k3 id-repeated index-in-message
        name-late name-null-later name-empty-first schema-integer-float schema-optional-dropped
        no-space comments no-done crlf cr byte-order-mark several-data-lines other-fields no-last-blank-line huge-event
        endless whole-calls whole-text usage-in-choice usage-at-end usage-missing usage-in-each role-deltas role-missing
        split-escapes split-surrogates interleaved-calls args-first reasoning-plain reasoning-details reasoning-empty
        text-after-calls blank-after-calls two-choices
        slow-headers slow-body no-length early-hints gzip no-content-type wrong-content-type
        cut-events cut-bytes cut-every cut-random cut-characters""",
}
NAMES = {name: names.split() for name, names in CLASSES.items()}

# How a fault is asked for, where the name alone would take long, or for ever.
SPELLINGS = {
    "error-429": "error-429=0", "endless": "endless=65536", "huge-event": "huge-event=100000", "cut-at": "cut-at=700",
    "slow-headers": "slow-headers=50us", "slow-body": "slow-body=1ms",
}

# What a client may complain of all the same: these come as the vendor sends them.
TOLERATED = {"role-deltas": "role ["}


def of(*classes):
    return [name for chosen in classes for name in NAMES[chosen]]


def model(fault, percent=100):
    return f"kimi-k2@{SPELLINGS.get(fault, fault)}%{percent}"
