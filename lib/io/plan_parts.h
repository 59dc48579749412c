// The parts of a plan document beside its candidates, as JSON. Private to lib/io.
//
// But for the first two, all are optional in a document: plans from before them read as if nothing
// of the kind was asked for. `candidate` writes or reads one candidate (io/plan_document.cc).
#pragma once

#include <functional>

#include "core/plan.h"
#include "io/json.h"
#include "io/json_text.h"

namespace splitbench {

Json candidate_json(const Candidate& candidate);
Candidate candidate_from(const JsonNode& node);
Candidate estimated_from(const JsonNode& node);  // one that cannot do without its estimate

// An object with the bounds that are set.
Json constraints_json(const Constraints& constraints);
Constraints constraints_from(const JsonNode& node);

using CandidateWriter = std::function<Json(const Candidate&)>;
using CandidateReader = std::function<Candidate(const JsonNode&)>;

// objective_form, objective_goals, queue, batch, result_bytes, power, power_sources.
void write_question_parts(Json& data, const Plan& plan);
void read_question_parts(const JsonNode& data, Plan& plan);

// front, trace, explanation, search.
void write_answer_parts(Json& data, const Plan& plan, const CandidateWriter& candidate);
void read_answer_parts(const JsonNode& data, Plan& plan, const CandidateReader& candidate);

// `table` of the policy: base64 of its bytes (core/policy_table.h).
void write_policy_table(Json& policy, const PolicyTable& table);
std::optional<PolicyTable> read_policy_table(const JsonNode& policy);

bool any_energy_part(const EnergyParts& parts);
// {"compute_j", "encode_j", ...}, each null with a reason when it is unknown.
void write_energy_parts(JsonText& json, const EnergyParts& parts);
EnergyParts energy_parts_from(const JsonNode& node);

}  // namespace splitbench
