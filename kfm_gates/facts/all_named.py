"""Imports every module that names a fact for rules, so that the names are known."""

import kfm_gates.facts.actors
import kfm_gates.facts.artifact_names
import kfm_gates.facts.artifacts
import kfm_gates.facts.claims
import kfm_gates.facts.content_names
import kfm_gates.facts.digest_claims
import kfm_gates.facts.embargo
import kfm_gates.facts.label_claims
import kfm_gates.facts.links
import kfm_gates.facts.profile_claims
import kfm_gates.facts.recorded_texts
import kfm_gates.facts.register
import kfm_gates.facts.rerun_view
import kfm_gates.facts.rights_claims
import kfm_gates.facts.run_environments
import kfm_gates.facts.run_outcomes
import kfm_gates.facts.spec_licences
import kfm_gates.facts.spec_obligations
import kfm_gates.facts.threshold_changes  # noqa: F401
