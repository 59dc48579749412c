#include "plan_users.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "io/cells_file.h"
#include "io/document.h"
#include "io/output_file.h"
#include "io/profile_document.h"
#include "io/shared_plan_document.h"
#include "io/users_file.h"
#include "link_option.h"
#include "pipeline/run_recorder.h"
#include "plan/shared_plan.h"

namespace splitbench {
namespace {

// Reads every file once, however many users name it.
class UserReader {
 public:
  UserReader(const Context& context, RunRecorder& recorder)
      : context_(context), recorder_(recorder) {}

  SharedPlanRequest read(const std::string& path) {
    const UsersFile file = read_users(path);
    recorder_.add_input(path);
    SharedPlanRequest request;
    if (!file.shared_link.empty()) request.shared_link = link(file.shared_link);
    for (const UserEntry& entry : file.users) {
      request.users.push_back(user(entry, request.shared_link));
    }
    return request;
  }

 private:
  UserRequest user(const UserEntry& entry, const std::optional<Link>& shared) {
    UserRequest user;
    user.name = entry.name;
    user.device = profile(entry.device_profile);
    user.server = profile(entry.server_profile);
    user.cells = cells(entry.cells);
    user.shares_link = entry.link.empty();
    user.link = user.shares_link ? *shared : link(entry.link);
    user.constraints = entry.constraints;
    user.weight = entry.weight;
    user.arrivals_hz = entry.arrivals_hz;
    user.device_scale = entry.device_scale;
    user.server_scale = entry.server_scale;
    return user;
  }

  std::shared_ptr<const Profile> profile(const std::string& path) {
    std::shared_ptr<const Profile>& known = profiles_[path];
    if (!known) {
      known = std::make_shared<Profile>(read_profile(path));
      const RunRecord run = read_run(path);
      if (!run.validity.valid) {
        recorder_.warning("the measurements in '" + path + "' may not be valid");
      }
      recorder_.add_input(path);
    }
    return known;
  }

  std::shared_ptr<const std::vector<Cell>> cells(const std::string& path) {
    std::shared_ptr<const std::vector<Cell>>& known = cells_[path];
    if (!known) {
      std::vector<std::string> warnings;
      known = std::make_shared<std::vector<Cell>>(read_cells(path, &warnings));
      for (const std::string& warning : warnings) recorder_.warning(warning);
      recorder_.add_input(cells_path(path));
    }
    return known;
  }

  Link link(const std::string& text) {
    PlanRequest question;
    resolve_link(text, context_.profile_folders, question, recorder_);
    if (question.trace) {
      throw bad_input("link '" + text +
                      "' varies, and shares of a server are found for links of one rate; write "
                      "e.g. rate=8Mbit,rtt=20ms");
    }
    return question.link;
  }

  const Context& context_;
  RunRecorder& recorder_;
  std::map<std::string, std::shared_ptr<const Profile>> profiles_;
  std::map<std::string, std::shared_ptr<const std::vector<Cell>>> cells_;
};

std::string users_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " user" : " users");
}

std::string summary_of(const SharedPlan& plan, const std::string& output) {
  std::string text =
      users_text(plan.users.size()) + ": " + format_duration(*plan.cost_s) + " in all";
  if (plan.exact) {
    text += ", the least there is";
  } else if (plan.bound_s) {
    text += ", at most " + format_percent(1 - *plan.bound_s / *plan.cost_s) +
            " above the least there can be";
  }
  return text + (output == "-" ? "" : "; read it with: splitbench report " + output);
}

}  // namespace

int plan_for_users(const PlanUsersOptions& options, const Context& context) {
  OutputFile output(options.dry_run ? "-" : options.output);
  RunRecorder recorder(context.argv, context.events);
  SharedPlanRequest request = UserReader(context, recorder).read(options.users);
  request.server_load = options.server_load;
  if (options.dry_run) {
    context.events.note("would plan for " + users_text(request.users.size()) + " of one server");
    return 0;
  }
  const SharedPlan plan = make_shared_plan(request);
  for (const std::string& warning : plan.warnings) recorder.warning(warning);
  output.commit(shared_plan_document(plan, recorder.finish()));
  if (!plan.cost_s) {
    throw Error(ErrorCode::kInfeasible, "no feasible plan; " + plan.infeasible_because);
  }
  context.events.note(summary_of(plan, options.output));
  return 0;
}

}  // namespace splitbench
