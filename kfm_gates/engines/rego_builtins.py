"""The Rego builtins that a gate may call: pure, deterministic, and right in the engines that judge.

Absent on purpose: http.send (a stub that is silently undefined), opa.runtime, net.lookup_ip_addr,
time.now_ns, rand.* and uuid.rfc4122 (the verdict would depend on the moment or the machine), trace and
print (no meaning in a verdict), json.match_schema (formats are not enforced), strings.count (wrong for
overlaps), crypto.* and io.jwt.* (digests and signatures are established in Python), walk (wrong for
empty objects).
"""

from __future__ import annotations

_GROUPS = {
    "": (
        "abs ceil floor round numbers.range count sum product max min sort "
        "array.concat array.reverse array.slice "
        "concat contains endswith format_int indexof indexof_n lower replace split "
        "sprintf startswith substring trim trim_left trim_prefix trim_right trim_space trim_suffix upper "
        "strings.any_prefix_match strings.any_suffix_match strings.replace_n strings.reverse "
        "intersection union "
        "is_array is_boolean is_null is_number is_object is_set is_string type_name to_number"
    ),
    "object.": "filter get keys remove subset union union_n",
    "json.": "filter is_valid marshal remove unmarshal",
    "regex.": "is_valid match find_n find_all_string_submatch_n replace split",
    "semver.": "compare is_valid",
    "glob.": "match quote_meta",
    "time.": "parse_rfc3339_ns parse_ns parse_duration_ns add_date date clock weekday diff format",
    "units.": "parse parse_bytes",
    "net.": "cidr_contains cidr_is_valid",
    "graph.": "reachable reachable_paths",
    "base64.": "decode encode is_valid",
    "hex.": "decode encode",
}

ALLOWED_BUILTINS: frozenset[str] = frozenset(
    prefix + name for prefix, names in _GROUPS.items() for name in names.split()
)
